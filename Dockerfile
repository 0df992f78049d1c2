FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PATH=/venv/bin:$PATH

WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /app --no-create-home interlude \
    && install -d -o interlude /data

# What draws the letters of a session digest as PDF.
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -yq --no-install-recommends fonts-liberation libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt requirements-pdf.txt ./
RUN python -m venv /venv \
    && pip install -q --require-hashes --only-binary=:all: -r requirements.txt -r requirements-pdf.txt \
    && python -m compileall -q /venv/lib

COPY . .
# The settings refuse unsafe values, here as anywhere; these are thrown away with the step.
RUN DEBUG=off DATA_DIR=/tmp PUBLIC_BASE_URL=https://build.example.com DEFAULT_FROM_EMAIL=build@example.com \
    EMAIL_URL=smtp://build.example.com SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex(32))')" \
    FIELD_ENCRYPTION_KEYS="$(python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')" \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q practice resources

ENV DEBUG=off DATA_DIR=/data
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/health/', timeout=4)"]
CMD ["gunicorn", "practice.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--graceful-timeout", "20"]
