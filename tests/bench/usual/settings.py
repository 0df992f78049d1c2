"""Django's defaults, and where things are."""

import environ

env = environ.Env()

SECRET_KEY = env.str("SECRET_KEY")
INSTALLED_APPS = ["anymail", "tests.bench.usual"]
DATABASES = {"default": env.db_url("USUAL_DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
USE_TZ = True
CELERY_BROKER_URL = env.str("USUAL_REDIS_URL")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL")
if EMAIL_URL := env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default=vars().get("EMAIL_BACKEND"))
ANYMAIL = env.json("ANYMAIL", default={})
