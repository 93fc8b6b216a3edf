package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"
)

// usageError is a mistake on the command line: the exit code is then 2.
type usageError string

func (e usageError) Error() string { return string(e) }

// optionFlag collects name=value pairs.
type optionFlag map[string]string

func (o optionFlag) String() string { return "" }

func (o optionFlag) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not name=value", s)
	}
	o[name] = value
	return nil
}

// parseInterspersed lets flags stand before, between and after the arguments.
func parseInterspersed(fs *flag.FlagSet, args []string) (pos []string, err error) {
	for {
		err := fs.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			return nil, err
		case err != nil:
			return nil, usageError(err.Error())
		}
		if fs.NArg() == 0 {
			return pos, nil
		}
		pos = append(pos, fs.Arg(0))
		args = fs.Args()[1:]
	}
}
