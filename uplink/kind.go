package uplink

import (
	"fmt"
	"os"
	"strings"
)

// Settings is what a target is told about its hospital system.
type Settings struct {
	Name      string
	URL       string
	TokenFile string            // a file that holds the bearer token; "" for none
	Station   string            // what tells this workstation from others, such as the host's name
	Options   map[string]string // the kind's own, from the configuration
}

// Option describes one entry of Settings.Options.
type Option struct{ Name, Default, Help string }

// Kind is one sort of hospital system.
type Kind struct {
	Name    string   // in the configuration: "fhir"
	Title   string   // for people
	URLs    []string // example addresses
	Options []Option
	New     func(Settings) (Target, error)
}

// Token gives a function that reads the token file anew each time, so that a
// renewed token needs no restart; nil when there is no file.
func (s Settings) Token() func() (string, error) {
	if s.TokenFile == "" {
		return nil
	}
	return func() (string, error) {
		b, err := os.ReadFile(s.TokenFile)
		if err != nil {
			return "", err
		}
		token := strings.TrimSpace(string(b))
		if token == "" || strings.ContainsAny(token, " \r\n\t") {
			return "", fmt.Errorf("%s does not hold one token on one line", s.TokenFile)
		}
		return token, nil
	}
}
