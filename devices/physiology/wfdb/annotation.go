package wfdb

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// An Annotation marks one sample of a record.
type Annotation struct {
	At      int64  // frame of the record
	Type    int    // the code of the annotation, 1 to 49: see Symbol
	Sub     int8   // subtype
	Channel uint8  // signal it belongs to
	Number  int8   // num field
	Text    string // auxiliary text: a rhythm such as "(AFIB"
}

// The codes of ecgcodes.h that stand for one beat, and the others, by their
// customary symbols. A code without one is "?".
var symbols = [50]string{
	1: "N", 2: "L", 3: "R", 4: "a", 5: "V", 6: "F", 7: "J", 8: "A", 9: "S", 10: "E", 11: "j", 12: "/", 13: "Q",
	14: "~", 16: "|", 18: "s", 19: "T", 20: "*", 21: "D", 22: "\"", 23: "=", 24: "p", 25: "B", 26: "^", 27: "t",
	28: "+", 29: "u", 30: "?", 31: "!", 32: "[", 33: "]", 34: "e", 35: "n", 36: "@", 37: "x", 38: "f", 39: "(", 40: ")", 41: "r",
}

// Symbol gives the customary symbol of the annotation: "N" for a normal beat,
// "V" for a premature ventricular one, "+" for a change of rhythm.
func (a Annotation) Symbol() string {
	if a.Type > 0 && a.Type < len(symbols) && symbols[a.Type] != "" {
		return symbols[a.Type]
	}
	return "?"
}

// Beat reports whether the annotation marks a beat.
func (a Annotation) Beat() bool {
	return a.Type >= 1 && a.Type <= 13 || a.Type == 25 || a.Type == 30 || a.Type == 34 || a.Type == 35 || a.Type == 38 || a.Type == 41
}

// Annotations reads an annotation file of the MIT format by its path, such as
// "mitdb/100.atr".
func Annotations(path string) ([]Annotation, error) {
	dir, name := filepath.Split(filepath.Clean(path))
	if dir == "" {
		dir = "."
	}
	return annotationsFS(os.DirFS(dir), name)
}

// annotationsFS reads an annotation file of a file system.
func annotationsFS(fsys fs.FS, name string) ([]Annotation, error) {
	data, err := readFile(fsys, name, maxFile)
	if err != nil {
		return nil, err
	}
	out, err := parseAnnotations(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// The codes that do not mark a sample but tell more of the one before.
const (
	annSkip = 59 // four bytes of interval follow, the high half first
	annNum  = 60
	annSub  = 61
	annChan = 62
	annAux  = 63 // that many bytes of text follow, filled up to an even number
)

// parseAnnotations reads words of two bytes: six bits of code, ten of interval.
// A word of zero ends the file.
func parseAnnotations(data []byte) ([]Annotation, error) {
	var out []Annotation
	var at int64
	var channel uint8
	var number int8
	for i := 0; ; {
		if len(data)-i < 2 {
			return nil, fmt.Errorf("the annotations end without their mark; the file is cut short")
		}
		word := binary.LittleEndian.Uint16(data[i:])
		i += 2
		code, value := int(word>>10), int(word&0x3FF)
		last := len(out) - 1
		switch {
		case word == 0:
			return out, nil
		case code == annSkip:
			if len(data)-i < 4 {
				return nil, fmt.Errorf("the annotations end in an interval; the file is cut short")
			}
			at += int64(int32(uint32(binary.LittleEndian.Uint16(data[i:]))<<16 | uint32(binary.LittleEndian.Uint16(data[i+2:]))))
			i += 4
		case code == annAux:
			if len(data)-i < value {
				return nil, fmt.Errorf("the annotations end in a text; the file is cut short")
			}
			if last >= 0 {
				out[last].Text = strings.TrimRight(string(data[i:i+value]), "\x00")
			}
			i += min(value+value%2, len(data)-i)
		case code >= annNum && code <= annChan:
			switch code { // number and channel hold until they change
			case annNum:
				number = int8(value)
			case annChan:
				channel = uint8(value)
			}
			if last >= 0 {
				out[last].Number, out[last].Channel = number, channel
				if code == annSub {
					out[last].Sub = int8(value)
				}
			}
		default:
			at += int64(value)
			out = append(out, Annotation{At: at, Type: code, Channel: channel, Number: number})
		}
	}
}
