# syntax=docker/dockerfile:1
# Pin the bases by digest for builds that repeat:
#   docker buildx imagetools inspect python:3.12-slim --format '{{.Manifest.Digest}}'
#   docker build --build-arg PYTHON_IMAGE=python:3.12-slim@sha256:... --build-arg NODE_IMAGE=node:22-slim@sha256:...
ARG PYTHON_IMAGE=python:3.12-slim
ARG NODE_IMAGE=node:22-slim
FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev
COPY web ./
RUN npx vite build

FROM ${PYTHON_IMAGE} AS wheel
WORKDIR /src
RUN pip install --no-cache-dir build
COPY pyproject.toml README.md LICENSE ./
COPY server server
COPY graph graph
COPY workers workers
COPY migrations migrations
COPY clients/python/inference_client clients/python/inference_client
COPY web/hatch_build.py web/hatch_build.py
COPY --from=web /src/server/static server/static
RUN SKIP_WEB=1 python -m build --wheel --outdir /wheel

FROM ${PYTHON_IMAGE} AS base
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home app && mkdir /data && chown app /data
# HF_HOME: what the library of the hub writes beside the models
ENV HF_HOME=/data/huggingface DATA_DIR=/data API_HOST=0.0.0.0 API_PORT=8000 PYTHONUNBUFFERED=1
WORKDIR /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "inference-server"]

FROM base AS api
# deploy/locks has every package with its hashes; --no-deps, so that nothing else comes with them
RUN --mount=type=bind,source=deploy/locks,target=/locks \
    pip install --no-cache-dir --no-deps --require-hashes -r /locks/api.txt
RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel pip install --no-cache-dir --no-deps /wheel/*.whl && pip check
USER app
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["serve"]

# Workers with vLLM, whose pins differ from those of `worker`: docs/engines.md. A compiler, since Triton builds kernels
FROM base AS worker-vllm
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel \
    pip install --no-cache-dir "$(ls /wheel/*.whl)[vllm]" && pip check
# vLLM's processes speak to each other over sockets of the container
ENV RUNNER_NETWORK=true
USER app
VOLUME /data
CMD ["worker"]

# No health check: a worker that cannot go on ends by itself, and /health/ready of the API counts those alive
FROM base AS worker
# The CPU build; an empty value takes pip's own index, whose torch is the CUDA build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# Hashes of torch are known for pip's own index alone; its CPU build is named by its version
RUN --mount=type=bind,source=deploy/locks,target=/locks \
    if [ -n "${TORCH_INDEX}" ]; then \
        pip install --no-cache-dir --no-deps --require-hashes -r /locks/worker.txt \
        && pip install --no-cache-dir --no-deps torch==2.13.0 --index-url "${TORCH_INDEX}"; \
    else \
        pip install --no-cache-dir --no-deps --require-hashes -r /locks/worker-cuda.txt; \
    fi
RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel pip install --no-cache-dir --no-deps /wheel/*.whl && pip check
USER app
VOLUME /data
CMD ["worker"]
