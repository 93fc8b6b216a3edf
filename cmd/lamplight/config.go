package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lamplight/devices"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// Config is what the workstation is told: its beds, the devices that serve
// them, and where the record goes. It is a JSON file beside the record.
type Config struct {
	Unit     string         `json:"unit"`
	Facility string         `json:"facility,omitempty"`
	Beds     []BedConfig    `json:"beds"`
	Devices  []DeviceConfig `json:"devices"`
	Uplinks  []UplinkConfig `json:"uplinks,omitempty"`
	Screen   ScreenConfig   `json:"screen"`

	// Discovery listens for monitors that announce themselves on the network.
	Discovery bool `json:"discovery"`
}

// BedConfig is one bed of the ward, in the order of the screen.
type BedConfig struct {
	Label    string `json:"label"`
	Category string `json:"category,omitempty"` // "adult", "paediatric", "neonatal"; "" until somebody says
}

// DeviceConfig is one bedside device.
type DeviceConfig struct {
	ID      uuid.UUID         `json:"id"`
	Name    string            `json:"name,omitempty"`
	Model   string            `json:"model"`
	Address string            `json:"address"`
	Bed     string            `json:"bed"`
	Options map[string]string `json:"options,omitempty"`
}

// UplinkConfig is one hospital system.
type UplinkConfig struct {
	Name          string            `json:"name"`
	Kind          string            `json:"kind"` // "fhir"
	URL           string            `json:"url"`
	TokenFile     string            `json:"token_file,omitempty"`
	NumericsEvery Duration          `json:"numerics_every,omitempty"` // 0 means once a minute
	Waves         bool              `json:"waves,omitempty"`
	Options       map[string]string `json:"options,omitempty"`
}

// same tells whether two entries need no reconnection.
func (u UplinkConfig) same(o UplinkConfig) bool {
	return u.Name == o.Name && u.Kind == o.Kind && u.URL == o.URL && u.TokenFile == o.TokenFile &&
		u.NumericsEvery == o.NumericsEvery && u.Waves == o.Waves && maps.Equal(u.Options, o.Options)
}

// same tells whether two entries need no reconnection.
func (d DeviceConfig) same(o DeviceConfig) bool {
	return d.ID == o.ID && d.Model == o.Model && d.Address == o.Address && maps.Equal(d.Options, o.Options)
}

// ScreenConfig is how this workstation looks.
type ScreenConfig struct {
	Language string  `json:"language,omitempty"` // "" follows the system
	TextSize float32 `json:"text_size,omitempty"`
	Privacy  bool    `json:"privacy,omitempty"` // names hidden on the ward page
}

// Duration is a time.Duration that reads and writes as "60s".
type Duration time.Duration

func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// A configError says what is wrong in a configuration and how to mend it.
type configError struct {
	File, Problem string
	Err           error // the cause; may be nil
}

func (e *configError) Error() string { return "configuration " + e.File + ": " + e.Problem }

func (e *configError) Unwrap() error { return e.Err }

// loadConfig reads and checks a configuration.
func loadConfig(path string, models devices.Registry) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return Config{}, &configError{path, "the file does not exist; name another with --config, or start with --demo", err}
		}
		return Config{}, &configError{path, "cannot be read: " + err.Error(), err}
	}
	return parseConfig(path, b, models)
}

func parseConfig(path string, b []byte, models devices.Registry) (Config, error) {
	var c Config
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Config{}, &configError{path, jsonProblem(b, dec.InputOffset(), err), err}
	}
	if err := c.check(models); err != nil {
		return Config{}, &configError{path, err.Error(), err}
	}
	return c, nil
}

// jsonProblem says in plain words what the decoder found, and where.
func jsonProblem(b []byte, offset int64, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	what := err.Error()
	switch {
	case errors.As(err, &syntax):
		offset, what = syntax.Offset, "not JSON: "+syntax.Error()
	case errors.As(err, &kind):
		offset, what = kind.Offset, fmt.Sprintf("%q holds a %s where a %s belongs", kind.Field, kind.Value, kind.Type)
	}
	line, column := position(b, offset)
	return fmt.Sprintf("line %d, column %d: %s; correct it there", line, column, what)
}

func position(b []byte, offset int64) (line, column int) {
	before := b[:min(int(offset), len(b))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

// check finds what cannot work and gives every device its identity.
func (c *Config) check(models devices.Registry) error {
	var beds []string
	for _, b := range c.Beds {
		if b.Label == "" {
			return errors.New("a bed has no label; give each bed the label on its door")
		}
		if slices.Contains(beds, b.Label) {
			return fmt.Errorf("bed %q is listed twice; every bed needs a label of its own", b.Label)
		}
		if _, err := category(b.Category); err != nil {
			return fmt.Errorf("bed %q: %w", b.Label, err)
		}
		beds = append(beds, b.Label)
	}
	seen := map[string]string{}
	for i := range c.Devices {
		d := &c.Devices[i]
		if err := d.check(models, beds); err != nil {
			return fmt.Errorf("device %d (%s): %w", i+1, d.title(), err)
		}
		if other, ok := seen[d.Address]; ok {
			return fmt.Errorf("devices %s and %s have the same address %s; one line serves one device", other, d.title(), d.Address)
		}
		seen[d.Address] = d.title()
	}
	for i, u := range c.Uplinks {
		if u.Name == "" || u.Kind == "" {
			return fmt.Errorf("uplink %d needs a name and a kind", i+1)
		}
		if slices.ContainsFunc(c.Uplinks[:i], func(o UplinkConfig) bool { return o.Name == u.Name }) {
			return fmt.Errorf("uplink %q is listed twice; every uplink needs a name of its own", u.Name)
		}
		if u.NumericsEvery < 0 {
			return fmt.Errorf("uplink %q: numerics_every is %v; write a time such as 60s, or leave it out for one minute", u.Name, time.Duration(u.NumericsEvery))
		}
		if p, err := url.Parse(u.URL); err != nil || p.Host == "" {
			return fmt.Errorf("uplink %q: %q is not an address; write it like https://fhir.example.org/R4", u.Name, u.URL)
		}
	}
	return nil
}

func (d *DeviceConfig) check(models devices.Registry, beds []string) error {
	if _, err := models.Lookup(d.Model); err != nil {
		return err
	}
	u, err := url.Parse(d.Address)
	if err != nil || u.Scheme == "" {
		return fmt.Errorf("%q is not an address; write it like udp://192.168.1.20:24105 or serial:/dev/ttyUSB0", d.Address)
	}
	if !slices.Contains(beds, d.Bed) {
		return fmt.Errorf("bed %q is not among the beds; add it there or correct it here", d.Bed)
	}
	if d.ID == uuid.Nil {
		d.ID = deviceID(d.Model, d.Address, d.Bed)
	}
	return nil
}

// deviceID makes the identity of a device out of what stays the same about it,
// so that it keeps its record from start to start.
func deviceID(parts ...string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("lamplight:"+strings.Join(parts, " ")))
}

func (d *DeviceConfig) title() string {
	if d.Name != "" {
		return d.Name
	}
	return d.Model + " at " + d.Address
}

func category(s string) (mdib.PatientCategory, error) {
	switch s {
	case "":
		return mdib.CategoryUnknown, nil
	case "adult":
		return mdib.Adult, nil
	case "paediatric":
		return mdib.Paediatric, nil
	case "neonatal":
		return mdib.Neonatal, nil
	}
	return 0, fmt.Errorf("category %q is unknown; choose adult, paediatric or neonatal", s)
}

// save writes the configuration whole or not at all.
func (c Config) save(path string) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("save configuration: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".lamplight-*.json")
	if err != nil {
		return fmt.Errorf("save configuration %s: %w", path, err)
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	_, err = tmp.Write(append(b, '\n'))
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("save configuration %s: %w", path, err)
	}
	return nil
}
