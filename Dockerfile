# The harness, with what it needs for shared stores; also runs the MLflow server of compose.yaml.
FROM python:3.12-slim

# git notes the revision of a study
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/harness
COPY requirements.lock requirements-dev.lock ./
# Every package is pinned by hash; of those for tests, the driver of PostgreSQL alone.
RUN awk '/^[a-z]/ { wanted = /^psycopg/ } wanted' requirements-dev.lock > requirements-postgres.lock \
 && pip install --no-cache-dir --require-hashes -r requirements.lock \
 && pip install --no-cache-dir --require-hashes --no-deps -r requirements-postgres.lock
COPY pyproject.toml README.md LICENSE ./
COPY harness harness
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

# Studies, reports and harness.toml are in the folder that is mounted here.
WORKDIR /work
ENTRYPOINT ["harness"]
