# Builds the program and its tests.
CC ?= gcc
CFLAGS := -O2 -Wall
SOURCES = $(wildcard src/*.c)
OBJECTS = $(SOURCES:.c=.o)

.PHONY: all clean test

all: program

program: $(OBJECTS)
	$(CC) $(CFLAGS) -o $@ $^

%.o: %.c
	$(CC) -c $< -o $@

ifeq ($(DEBUG),1)
CFLAGS += -g
else
CFLAGS += -DNDEBUG
endif

test: program
	@echo "testing"
	@for file in tests/*.txt; do \
		./program $$file || exit 1; \
	done
	test -f log && cat 'log' && echo "found"

clean:
	rm -f program $(OBJECTS)  # everything

include rules.mk
