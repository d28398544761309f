#!/usr/bin/env bash
# Adds packages to a signed apt repository: publish.sh FOLDER KEY PACKAGE...
# FOLDER is created, or has the packages that were published before: they stay. KEY names a secret key of this user's
# GnuPG. A web server only has to serve FOLDER. Needs apt-utils and gnupg (a passphrase is asked for by GnuPG), but not root.
#
# A client always sees a whole repository: packages come first, then the indexes under the names of their hashes, and
# InRelease, the one file that apt reads first, replaces the old one in a single step.
set -euo pipefail
fail() { echo "publish.sh: $1" >&2; exit 1; }
[ $# -ge 3 ] || fail "use: publish.sh FOLDER KEY PACKAGE..."
missing=()
command -v apt-ftparchive >/dev/null || missing+=(apt-utils)
command -v gpg >/dev/null || missing+=(gnupg)
[ ${#missing[@]} -eq 0 ] || fail "missing: ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}"
name=$2
suite=stable
component=main

# All uses of the key are by its fingerprint, so that exactly this key signs and is exported.
mapfile -t keys < <(
    gpg --batch --with-colons --list-secret-keys -- "$name" 2>/dev/null | grep -A 1 '^sec:' | sed -nE 's/^fpr:+([0-9A-F]+):$/\1/p')
[ ${#keys[@]} -eq 1 ] || fail "'$name' names ${#keys[@]} secret keys of GnuPG, not one. gpg --list-secret-keys shows them."
key=${keys[0]}

# The packages are checked before anything is written.
declare -A files=()
for package in "${@:3}"; do
    # shellcheck disable=SC2016 # dpkg-deb's own variables
    file=$(dpkg-deb --show --showformat='${Package}_${Version}_${Architecture}.deb' -- "$package") ||
        fail "'$package' is no Debian package."
    # The epoch is not a part of the file's name.
    file=${file/_*:/_}
    files[$file]=$package
done
umask 022
mkdir -p "$1/pool"
folder=$(realpath "$1")
# Only one publisher at a time.
exec 9<"$folder"
flock 9
for file in "${!files[@]}"; do
    # Clients have the old hash, and an installed package is not replaced by one of the same version.
    ! [ -e "$folder/pool/$file" ] || cmp -s "${files[$file]}" "$folder/pool/$file" ||
        fail "$file is already published with another content. Raise its version."
done

work=$(mktemp -d "$folder/.publish.XXXXXX")
trap 'rm -rf "$work"' EXIT

# put SOURCE TARGET: replaces a file in one step.
put() {
    cp --no-preserve=mode --preserve=timestamps "$1" "$work/put"
    mkdir -p "$(dirname "$2")"
    mv -T "$work/put" "$2"
}

for file in "${!files[@]}"; do
    [ -e "$folder/pool/$file" ] || put "${files[$file]}" "$folder/pool/$file"
done
mapfile -t architectures < <(find "$folder/pool" -name '*.deb' | sed -E 's/.*_([^_]+)[.]deb$/\1/' | LC_ALL=C sort -u)

release=$work/release
# apt asks for an index by the strongest hash that Release has.
hashes=(-o APT::FTPArchive::MD5=false -o APT::FTPArchive::SHA1=false -o APT::FTPArchive::SHA512=false)
for architecture in "${architectures[@]}"; do
    indexes=$component/binary-$architecture
    mkdir -p "$release/$indexes"
    (cd "$folder" && apt-ftparchive "${hashes[@]}" --arch "$architecture" packages pool) >"$release/$indexes/Packages"
    gzip -9nk "$release/$indexes/Packages"
done
apt-ftparchive "${hashes[@]}" \
    -o APT::FTPArchive::Release::Origin=F2bBroker -o APT::FTPArchive::Release::Label=F2bBroker \
    -o "APT::FTPArchive::Release::Suite=$suite" -o "APT::FTPArchive::Release::Codename=$suite" \
    -o "APT::FTPArchive::Release::Components=$component" -o "APT::FTPArchive::Release::Architectures=${architectures[*]}" \
    -o APT::FTPArchive::Release::Acquire-By-Hash=yes release "$release" >"$work/Release"
sign() { gpg --batch --yes --quiet --local-user "$key" --digest-algo SHA512 "$@"; }
sign --clear-sign --output "$work/InRelease" "$work/Release"
sign --armor --detach-sign --output "$work/Release.gpg" "$work/Release"
gpg --batch --armor --export-options export-minimal --export "$key" >"$work/key"

suite_folder=$folder/dists/$suite
(cd "$release" && find . -type f) | while read -r index; do
    put "$release/$index" "$suite_folder/$(dirname "$index")/by-hash/SHA256/$(sha256sum <"$release/$index" | cut -d' ' -f1)"
done
(cd "$release" && find . -type f) | while read -r index; do
    put "$release/$index" "$suite_folder/$index"
done
put "$work/key" "$folder/f2bbroker.asc"
put "$work/Release.gpg" "$suite_folder/Release.gpg"
put "$work/Release" "$suite_folder/Release"
# apt asks for an InRelease that is newer than its own, and web servers compare whole seconds.
if [ -e "$suite_folder/InRelease" ]; then
    before=$(stat -c %Y "$suite_folder/InRelease")
    [ "$(stat -c %Y "$work/InRelease")" -gt "$before" ] || touch -d "@$((before + 1))" "$work/InRelease"
fi
put "$work/InRelease" "$suite_folder/InRelease"
echo "$folder: ${#files[@]} packages published, signed by $key."
