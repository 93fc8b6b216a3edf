// Package mdib holds the words of the house: the nouns of ISO/IEEE 11073 that
// every other package speaks, and the nomenclature that maps a code to its
// unit, its LOINC term, its short label and its colour class.
//
// It does no I/O, starts no goroutine and never asks for the time.
package mdib
