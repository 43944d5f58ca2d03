# syntax=docker/dockerfile:1
FROM node:22-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev
COPY web ./
RUN npx vite build

FROM python:3.12-slim AS wheel
WORKDIR /src
RUN pip install --no-cache-dir build
COPY pyproject.toml README.md LICENSE ./
COPY server server
COPY graph graph
COPY workers workers
COPY migrations migrations
COPY web/hatch_build.py web/hatch_build.py
COPY --from=web /src/server/static server/static
RUN SKIP_WEB=1 python -m build --wheel --outdir /wheel

FROM python:3.12-slim AS base
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home app && mkdir /data && chown app /data
ENV DATA_DIR=/data API_HOST=0.0.0.0 API_PORT=8000 PYTHONUNBUFFERED=1
WORKDIR /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "inference-server"]

FROM base AS api
RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel pip install --no-cache-dir "$(ls /wheel/*.whl)[otel]"
USER app
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["serve"]

# No health check: a worker that cannot go on ends by itself, and /health/ready of the API counts those alive
FROM base AS worker
# The CPU build; an empty value takes pip's own index, whose torch is the CUDA build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir torch==2.13.0 ${TORCH_INDEX:+--index-url ${TORCH_INDEX}}
RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel \
    pip install --no-cache-dir "$(ls /wheel/*.whl)[worker,otel]"
USER app
VOLUME /data
CMD ["worker"]
