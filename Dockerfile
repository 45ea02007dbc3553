# The server as one static binary in an otherwise empty image.
FROM rust:1.95-slim-bookworm AS build
# The allocator is C. Whatever version the release's archive holds is the right one.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends musl-tools \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# Built for the architecture that builds: docker buildx --platform linux/amd64,linux/arm64 gives both.
RUN rustup target add "$(uname -m)-unknown-linux-musl"
COPY Cargo.toml Cargo.lock build.rs ./
# Cargo wants every target of the manifest to be there.
COPY benches benches
COPY vendor vendor
COPY models models
COPY src src
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin ml-serving --target "$(uname -m)-unknown-linux-musl" \
    && mkdir -p /image/etc/ssl/certs \
    && cp "target/$(uname -m)-unknown-linux-musl/release/ml-serving" /image/ \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && mkdir -m 1777 /image/tmp

FROM scratch
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ml-serving" \
      org.opencontainers.image.description="Serves one model of tabular data over HTTP" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image /
# The allocator gives back at once what is free. Otherwise a server that is asked by nobody but probes keeps the file of its model in memory.
ENV MIMALLOC_PURGE_DELAY=0
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/ml-serving", "check", "http://127.0.0.1:8000/health/ready"]
ENTRYPOINT ["/ml-serving"]
