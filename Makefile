# make demo   environment, install, demo shop, the whole job
# make test   environment, install, lint, types, all tests (those of client libraries and pages: node, chromium)
PYTHON ?= python3
BIN := .venv/bin
SHOP := demo-shop
HOUSEHOLDS ?= 2469

.PHONY: demo test messages clean

# What a user needs; and what a developer needs on top.
.venv/user: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[all]'
	touch $@

.venv/developer: .venv/user
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[all,dev]'
	touch $@

# The client libraries that the live collector is tested with. Without npm their tests are skipped.
CLIENTS := tests/clients/node_modules/.package-lock.json
$(CLIENTS): tests/clients/package-lock.json
	npm ci --prefix tests/clients --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

demo: .venv/user
	$(BIN)/onebasket demo $(SHOP) --households $(HOUSEHOLDS)
	$(BIN)/onebasket run $(SHOP)

test: .venv/developer $(if $(shell command -v npm),$(CLIENTS))
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile

# After a text has changed: refresh the catalogues, translate what is new, compile.
messages: .venv/developer
	mkdir -p build
	$(BIN)/pybabel -q extract -F src/onebasket/locale/babel.toml --no-default-keywords -k _ -k say -k mark \
	    --add-location=file --sort-output -o build/onebasket.pot src/onebasket
	$(BIN)/pybabel -q update -i build/onebasket.pot -d src/onebasket/locale -D onebasket -l zh \
	    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 110
	$(BIN)/pybabel -q compile -d src/onebasket/locale -D onebasket

clean:
	rm -rf .venv tests/clients/node_modules $(SHOP) .pytest_cache .mypy_cache .ruff_cache
