# Lamplight: `make run` opens the demo ward, `make test` passes everything.
# Both install what is missing first (scripts/setup).

TAGS    := migrated_fynedo
GO      := go
LINT    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.6.2
FUZZ    ?= 30s

# Fyne logs an error at every start when the locale names no language.
ifneq ($(filter C C.% POSIX,$(or $(LC_ALL),$(LANG),C)),)
export LANG := en_GB.UTF-8
unexport LC_ALL
endif

.PHONY: run test check bench fuzz emulate screenshots interop build setup clean

run: build
	scripts/run

build: setup
	mkdir -p build
	$(GO) build -tags $(TAGS) -o build/lamplight ./cmd/lamplight
	$(GO) build -o build/emulate ./cmd/emulate

setup:
	@scripts/setup

test: setup
	$(GO) vet -tags $(TAGS) ./...
	$(GO) test -race -tags $(TAGS) ./...

check: setup
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt on these"; exit 1; }
	$(GO) run $(LINT) run ./...

bench: setup
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem ./...

fuzz: setup
	FUZZ=$(FUZZ) scripts/fuzz

emulate: build
	build/emulate ward

screenshots: build
	scripts/screenshots

interop: setup
	bash interop/run.sh

clean:
	rm -rf build
