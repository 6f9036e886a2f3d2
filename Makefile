# make run    start blotquant on the demo experiment (without a display: results and a picture)
# make test   set up and run every check and test, without a display
# Both need Python 3.11 or later and nothing else; PYTHON=/path/to/python3 chooses another one.

PYTHON ?= python3
VENV_PYTHON := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/python.exe,.venv/bin/python)

.PHONY: run test demo bench validate fuzz kill-test screenshots environment environment-dev clean

run: environment
	$(VENV_PYTHON) tools/run_demo.py

demo: environment
	$(VENV_PYTHON) tools/run_demo.py --headless

test: environment-dev
	$(VENV_PYTHON) tools/system_libraries.py
	$(VENV_PYTHON) tools/check.py

bench: environment-dev
	$(VENV_PYTHON) tools/system_libraries.py
	QT_QPA_PLATFORM=offscreen $(VENV_PYTHON) -m pytest tests/bench --benchmark-enable --benchmark-only -q

# With photographs that were measured by hand: make validate REAL="folder further unseen"
validate: environment
	-$(VENV_PYTHON) tools/system_libraries.py
	$(VENV_PYTHON) tools/validate.py --jobs 2 $(foreach folder,$(REAL),--real "$(folder)")

# Damaged files of every format (about two minutes): make fuzz FILES=60000 SEED=3
fuzz: environment-dev
	$(VENV_PYTHON) tools/fuzz_readers.py --files $(or $(FILES),20000) --seed $(or $(SEED),1)

# Programs killed while they save a project: make kill-test KILLS=200
kill-test: environment
	$(VENV_PYTHON) tools/kill_while_saving.py --kills $(or $(KILLS),200) --seed $(or $(SEED),1)

screenshots: environment
	$(VENV_PYTHON) tools/system_libraries.py
	$(VENV_PYTHON) tools/screenshots.py

environment:
	@$(PYTHON) tools/environment.py

environment-dev:
	@$(PYTHON) tools/environment.py --dev

clean:
	$(PYTHON) tools/clean.py
