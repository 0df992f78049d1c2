# make demo    sample data, everything running, one address
# make test    the whole suite; sets up what is missing
# make bench   how fast it sends beside the usual way, on this machine; ARGS=--quick for a first look
# make bench-desk  how fast the desk of a large practice is, page by page
# make faults  breaks everything that can break, for real; ARGS="workers_killed --seed 7" for some of it
# make lint    style, types, migrations, container files
# make setup   only the environment, .venv
# make lock    remakes the locked requirements from the .in files; ARGS=--upgrade takes the newest

VENV ?= .venv
PYTHON ?=
BIN := $(VENV)/bin
# The settings of a practice, as the example has them, with secrets that are none.
AS_A_PRACTICE := DOTENV=.env.example EMAIL_URL=smtp://mail.example.com \
	SECRET_KEY=checking-the-settings-of-a-practice-needs-some-long-text FIELD_ENCRYPTION_KEYS=$(shell printf %043d 0)=
COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(ARGS)

setup: $(VENV)/.runtime

demo: setup
	@exec $(BIN)/python manage.py serve --demo --stop-with-parent

test: $(VENV)/.development
	@exec $(BIN)/python tests/run.py $(ARGS)

bench: $(VENV)/.development
	@exec $(BIN)/python -m tests.bench.run $(ARGS)

bench-desk: $(VENV)/.development
	@exec $(BIN)/python -m tests.bench.desk $(ARGS)

faults: $(VENV)/.development
	@exec $(BIN)/python -m tests.faults $(ARGS)

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(AS_A_PRACTICE) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/docker-compose --env-file .env.example config -q
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint Dockerfile

lock: $(VENV)/.development
	$(COMPILE) -o requirements.txt requirements.in
	$(COMPILE) -c requirements.txt --extra pdf -o requirements-pdf.txt pyproject.toml
	$(COMPILE) -c requirements.txt -c requirements-pdf.txt -o requirements-dev.txt requirements-dev.in

# A stamp is written last, so an interrupted install is taken up again the next time. The development lock holds the
# runtime lock as well: whoever has the first needs no second install.
$(VENV)/.runtime: requirements.txt tools/make-venv
	@VENV=$(VENV) PYTHON=$(PYTHON) tools/make-venv requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt tools/make-venv
	@VENV=$(VENV) PYTHON=$(PYTHON) tools/make-venv requirements-dev.txt
	@touch $(VENV)/.runtime $@

.PHONY: setup demo test bench bench-desk faults lint lock
