#!/usr/bin/env bash
# Builds the Debian package f2bbroker: build.sh [--arch ARCH] [FOLDER]. ARCH is amd64 (the default) or arm64. The package
# is written to FOLDER (default: here); the last line printed is its name. Needs the .NET SDK, git, jq and dpkg-deb, but
# not root.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
arch=amd64
if [ "${1:-}" = --arch ]; then
    arch=$2
    shift 2
fi
out=$(realpath "${1:-.}")
version=$(sed -nE 's|.*<Version>(.+)</Version>.*|\1|p' "$root/Directory.Build.props")
# The package has the commit's date and no path of this machine, so builds of one commit are identical.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
package=$work/package

"$root/deploy/publish.sh" --arch "$arch" "$package/usr/lib/f2bbroker" "$work/build"
"$root/deploy/deb/sbom.sh" "$version" "$work/build" "$package/usr/lib/f2bbroker" "$package/usr/share/doc/f2bbroker"

# install_file MODE SOURCE TARGET
install_file() { install -D -m "$1" "$root/deploy/$2" "$package/$3"; }
install_file 644 f2bbroker.conf etc/f2bbroker/f2bbroker.conf
for file in filter.d/f2bbroker.conf filter.d/f2bbroker-pardon.conf action.d/f2bbroker-pardon.conf jail.d/f2bbroker.conf; do
    install_file 644 "fail2ban/$file" "etc/fail2ban/$file"
done
install_file 644 logrotate/f2bbroker etc/logrotate.d/f2bbroker
for example in prometheus/scrape.yml prometheus/f2bbroker.rules.yml prometheus/f2bbroker.test.yml grafana/f2bbroker.json; do
    install_file 644 "$example" "usr/share/doc/f2bbroker/examples/${example##*/}"
done
install_file 644 deb/copyright usr/share/doc/f2bbroker/copyright
install_file 644 deb/lintian-overrides usr/share/lintian/overrides/f2bbroker
mkdir -p "$package"/usr/{bin,sbin} "$package/DEBIAN"
ln -s ../lib/f2bbroker/f2bbroker "$package/usr/bin/f2bbroker"
for daemon in f2bbroker-producer f2bbroker-consumer; do
    ln -s "../lib/f2bbroker/$daemon" "$package/usr/sbin/$daemon"
    install_file 644 "systemd/$daemon.service" "lib/systemd/system/$daemon.service"
    # The unit of an instance NAME, with the configuration /etc/f2bbroker/NAME.conf and folders of its own.
    sed -e 's|^Description=.*|& (%i)|' \
        -e 's|^\(LoadCredential=f2bbroker.local\):.*|\1:/etc/f2bbroker/%i.local|' \
        -e "s|^\(Exec[A-Za-z]*=/usr/sbin/$daemon\)|\1 --config /etc/f2bbroker/%i.conf|" \
        -e 's,^\(State\|Logs\)Directory=f2bbroker$,&/%i,' \
        "$root/deploy/systemd/$daemon.service" >"$package/lib/systemd/system/$daemon@.service"
done
for page in "$root"/deploy/man/*; do
    install -D -m 644 "$page" "$package/usr/share/man/man${page##*.}/${page##*/}"
done
cat >"$package/usr/share/doc/f2bbroker/changelog" <<CHANGELOG
f2bbroker ($version) unstable; urgency=medium

  * See F2bBroker's CHANGELOG.md for the changes.

 -- $(sed -n 's/^Maintainer: //p' "$root/deploy/deb/control")  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGELOG
gzip -9n "$package"/usr/share/man/man*/* "$package/usr/share/doc/f2bbroker/changelog"

for script in preinst postinst prerm postrm; do
    install_file 755 "deb/$script" "DEBIAN/$script"
done
(cd "$package" && find etc -type f -printf '/%p\n' | LC_ALL=C sort >DEBIAN/conffiles)
(cd "$package" && find usr lib -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
size=$(du -sk --apparent-size --exclude=DEBIAN "$package" | cut -f1)
sed "s/@VERSION@/$version/; s/@SIZE@/$size/; s/@ARCH@/$arch/" "$root/deploy/deb/control" >"$package/DEBIAN/control"
dpkg-deb --root-owner-group --build "$package" "$out" >/dev/null
echo "$out/f2bbroker_${version}_$arch.deb"
