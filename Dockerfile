# syntax=docker/dockerfile:1
FROM node:22-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web ./
RUN npx vite build

FROM python:3.12-slim AS wheel
WORKDIR /src
RUN pip install --no-cache-dir build
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
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
COPY --from=wheel /wheel /wheel
ENV DATA_DIR=/data API_HOST=0.0.0.0 PYTHONUNBUFFERED=1
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "inference-server"]

FROM base AS api
RUN pip install --no-cache-dir /wheel/*.whl
USER app
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["serve"]

FROM base AS worker
# The CPU build; for CUDA: --build-arg TORCH_INDEX=https://pypi.org/simple
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir torch==2.13.0 --index-url ${TORCH_INDEX} \
    && pip install --no-cache-dir "$(ls /wheel/*.whl)[worker]"
USER app
WORKDIR /data
CMD ["worker"]
