// Command emulate plays bedside devices on their true transports, for any
// client that speaks their protocols.
//
//	emulate ward                                    the demo ward: eight beds
//	emulate intellivue [--listen 127.0.0.1:24105]   a Philips IntelliVue monitor on UDP
//	emulate nonin [--format 2]                      a Nonin oximeter on a pseudo-terminal
//
// A device plays a synthetic patient, whose troubles are told with
// --scenario, or a recording (--record FILE.hea).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"lamplight/devices/demo"
	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/link"
	nonin "lamplight/devices/nonin/emulator"
	"lamplight/devices/physiology"
	"lamplight/devices/physiology/wfdb"
	"lamplight/mdib"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "emulate:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return errors.New("say what to play: ward, intellivue or nonin")
	}
	fs := flag.NewFlagSet("emulate "+args[0], flag.ContinueOnError)
	var d device
	d.register(fs)
	listen := fs.String("listen", "127.0.0.1:24105", "intellivue: `address` to answer on")
	announce := fs.String("announce", "", "intellivue: `addresses` that hear its connect indication, comma-separated")
	format := fs.Int("format", 2, "nonin: data `format` 2, 7, 8 or 13")
	if err := fs.Parse(args[1:]); err != nil {
		return err
	}
	if d.runFor > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.runFor)
		defer cancel()
	}
	switch args[0] {
	case "ward":
		return ward(ctx, stdout)
	case "intellivue":
		return d.intellivue(ctx, stdout, *listen, *announce)
	case "nonin":
		return d.nonin(ctx, stdout, *format)
	}
	return fmt.Errorf("nothing is known of %q; choose ward, intellivue or nonin", args[0])
}

// device is what every emulated device is told.
type device struct {
	bed, record string
	scenarios   schedule
	seed        uint64
	runFor      time.Duration
}

func (d *device) register(fs *flag.FlagSet) {
	fs.StringVar(&d.bed, "bed", "Bed 1", "bed `label`")
	fs.StringVar(&d.record, "record", "", "play this WFDB record: the `path` of its header")
	fs.Var(&d.scenarios, "scenario", "`kind@start+length`, such as asystole@30s+10s; may be repeated; kinds: "+kinds())
	fs.Uint64Var(&d.seed, "seed", 1, "of the synthetic patient")
	fs.DurationVar(&d.runFor, "for", 0, "stop after this `duration`")
}

func (d *device) signal() (physiology.Signal, error) {
	if d.record == "" {
		return physiology.NewPatient(physiology.Profile{Seed: d.seed, Arterial: true, Capnography: true, Schedule: physiology.Schedule(d.scenarios)}), nil
	}
	rec, err := wfdb.Open(strings.TrimSuffix(d.record, ".hea"))
	if err != nil {
		return nil, err
	}
	tracks := map[string]physiology.Track{}
	for _, sig := range rec.Signals {
		if refID, ok := usual[strings.ToUpper(sig.Name)]; ok {
			tracks[refID] = physiology.Track{Record: rec, Signal: sig.Name}
		}
	}
	if len(tracks) == 0 {
		return nil, fmt.Errorf("record %s has no signal with a usual name (II, V, ABP, PLETH, RESP …)", d.record)
	}
	return physiology.Replay(tracks)
}

// usual are the names that recordings give to what a bedside monitor sends.
var usual = map[string]string{
	"I": "MDC_ECG_ELEC_POTL_I", "II": "MDC_ECG_ELEC_POTL_II", "III": "MDC_ECG_ELEC_POTL_III", "MLII": "MDC_ECG_ELEC_POTL_II",
	"AVR": "MDC_ECG_ELEC_POTL_AVR", "AVL": "MDC_ECG_ELEC_POTL_AVL", "AVF": "MDC_ECG_ELEC_POTL_AVF",
	"V": "MDC_ECG_ELEC_POTL_V", "V1": "MDC_ECG_ELEC_POTL_V1", "V2": "MDC_ECG_ELEC_POTL_V2", "V5": "MDC_ECG_ELEC_POTL_V5",
	"MCL1": "MDC_ECG_ELEC_POTL_MCL", "ECG": "MDC_ECG_ELEC_POTL_II", "ECG1": "MDC_ECG_ELEC_POTL_II",
	"PLETH": "MDC_PULS_OXIM_PLETH", "PPG": "MDC_PULS_OXIM_PLETH", "ABP": "MDC_PRESS_BLD_ART_ABP", "ART": "MDC_PRESS_BLD_ART_ABP",
	"CVP": "MDC_PRESS_BLD_VEN_CENT", "PAP": "MDC_PRESS_BLD_ART_PULM", "RESP": "MDC_RESP", "CO2": "MDC_AWAY_CO2",
	"HR": "MDC_ECG_HEART_RATE", "PULSE": "MDC_PULS_OXIM_PULS_RATE", "SPO2": "MDC_PULS_OXIM_SAT_O2",
}

func ward(ctx context.Context, stdout io.Writer) error {
	w, err := demo.Start()
	if err != nil {
		return err
	}
	for _, b := range w.Beds {
		fmt.Fprintf(stdout, "%s\t%s\t%s\n", b.Label, b.Model, b.Address)
	}
	<-ctx.Done()
	return w.Close()
}

func (d *device) intellivue(ctx context.Context, stdout io.Writer, listen, announce string) error {
	sig, err := d.signal()
	if err != nil {
		return err
	}
	o := emulator.Options{BedLabel: d.bed, Serial: "DE00000001", Demo: true,
		Patient: &mdib.Patient{Family: "Example", Given: "Alex", Identifier: "DEMO-1", Category: mdib.Adult}}
	for _, a := range strings.FieldsFunc(announce, func(r rune) bool { return r == ',' }) {
		to, err := netip.ParseAddrPort(strings.TrimSpace(a))
		if err != nil {
			return fmt.Errorf("--announce %q is not an address and port: %w", a, err)
		}
		o.Announce = append(o.Announce, to)
	}
	conn, err := net.ListenPacket("udp4", listen)
	if err != nil {
		return fmt.Errorf("cannot answer on %s: %w; choose another with --listen", listen, err)
	}
	defer conn.Close()
	o.Address, _ = netip.ParseAddrPort(conn.LocalAddr().String())
	fmt.Fprintf(stdout, "%s\tintellivue\tudp://%s\n", d.bed, conn.LocalAddr())
	return emulator.New(sig, o).Serve(ctx, conn)
}

func (d *device) nonin(ctx context.Context, stdout io.Writer, format int) error {
	sig, err := d.signal()
	if err != nil {
		return err
	}
	master, slave, err := link.OpenPTY()
	if err != nil {
		return err
	}
	defer master.Close()
	fmt.Fprintf(stdout, "%s\tnonin\tserial:%s\n", d.bed, slave)
	return nonin.New(sig, nonin.Options{Format: format}).Serve(ctx, master)
}

// schedule reads episodes from the command line.
type schedule physiology.Schedule

func (s *schedule) String() string { return "" }

func (s *schedule) Set(v string) error {
	name, times, ok := strings.Cut(v, "@")
	start, length, ok2 := strings.Cut(times, "+")
	from, err := time.ParseDuration(start)
	last, err2 := time.ParseDuration(length)
	if !ok || !ok2 || err != nil || err2 != nil || from < 0 || last <= 0 {
		return errors.New("write it like desaturation@30s+60s")
	}
	for _, k := range physiology.Kinds() {
		if strings.EqualFold(k.String(), name) {
			*s = append(*s, physiology.Episode{Kind: k, Start: from, Length: last})
			return nil
		}
	}
	return fmt.Errorf("no scenario is named %q; choose one of: %s", name, kinds())
}

func kinds() string {
	var names []string
	for _, k := range physiology.Kinds() {
		names = append(names, k.String())
	}
	return strings.Join(names, ", ")
}
