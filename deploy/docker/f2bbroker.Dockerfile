# Both daemons and the operator's command, built from this checkout.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN for program in Admin Producer Consumer; do \
        dotnet publish "src/$program" -c Release -o /f2bbroker --nologo -v quiet \
            -p:DebugType=none -p:PublishDocumentationFiles=false || exit 1; \
    done

FROM mcr.microsoft.com/dotnet/runtime:10.0
COPY --from=build /f2bbroker /usr/lib/f2bbroker
COPY deploy/docker/setup.sh /usr/lib/f2bbroker/
COPY deploy/f2bbroker.conf /etc/f2bbroker/
# The user must be able to read the files, whatever their modes in the checkout.
RUN chmod -R a+rX /usr/lib/f2bbroker /etc/f2bbroker && \
    ln -s ../lib/f2bbroker/f2bbroker ../lib/f2bbroker/f2bbroker-producer ../lib/f2bbroker/f2bbroker-consumer /usr/bin/
# Otherwise the .NET runtime creates a debugging socket in /tmp.
ENV DOTNET_EnableDiagnostics=0
USER $APP_UID
