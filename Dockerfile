# syntax=docker/dockerfile:1
# docker build -t kubechurn .                             the image
# docker build --target sbom --output type=local,dest=. . sbom.spdx.json: what is in it
ARG BUILD_IMAGE=node:24-bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /kubechurn
# Before the sources, so that they are fetched anew only when they change. Not npm ci, which refuses a lockfile without the
# optional packages of every platform; --no-save keeps to the lockfile as well.
COPY package.json package-lock.json ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY tools/build.ts tools/bundle.ts tools/
COPY src/ src/
RUN node tools/build.ts

FROM ${BUILD_IMAGE} AS sbom-build
WORKDIR /kubechurn
COPY package.json package-lock.json ./
COPY tools/sbom.sh tools/
RUN tools/sbom.sh > sbom.spdx.json

# Node and the libraries it links: no shell, no package manager.
FROM ${BUILD_IMAGE} AS runtime
WORKDIR /
RUN mkdir -p runtime/nodejs/bin runtime/etc && mkdir -m 1777 runtime/tmp
RUN cp "$(command -v node)" runtime/nodejs/bin/node && ldd runtime/nodejs/bin/node > linked
RUN grep -o '/[^ ]*' linked > libraries && xargs --arg-file=libraries cp -L --parents --target-directory=runtime
RUN echo 'nonroot:x:65532:65532:nonroot:/tmp:/nonexistent' > runtime/etc/passwd && echo 'hosts: files dns' > runtime/etc/nsswitch.conf

FROM scratch AS sbom
COPY --from=sbom-build /kubechurn/sbom.spdx.json /

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title=kubechurn \
      org.opencontainers.image.description="Finds who fills the etcd behind a Kubernetes cluster, why, and what to change" \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=${VERSION} \
      org.opencontainers.image.revision=${REVISION}
COPY --from=runtime /runtime/ /
# The bundle holds every library; there is no node_modules.
COPY --from=build /kubechurn/dist/lib/ /kubechurn/lib/
COPY LICENSE /kubechurn/
# nonroot. Nothing is written but to /tmp: the root may be read-only.
USER 65532:65532
ENV NODE_ENV=production
# As dist/kubechurn starts it, which needs a shell.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=8", "--disable-warning=ExperimentalWarning", "/kubechurn/lib/start.cjs"]
CMD ["--help"]
# Whether the program starts; in Kubernetes the chart's probes ask what runs.
HEALTHCHECK --interval=60s --timeout=5s CMD ["/nodejs/bin/node", "/kubechurn/lib/start.cjs", "--version"]
