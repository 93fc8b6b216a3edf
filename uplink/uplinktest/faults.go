package uplinktest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
)

// A Fault does to one request what a bad line or a busy server would. next is
// the server that was meant.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Faults stands before a server and spoils the requests that bring data; what
// only asks (GET) passes. Each request uses up one fault of the queue, in
// order; a nil fault lets it pass.
type Faults struct {
	mu    sync.Mutex
	queue []Fault
	posts int
	limit int
}

// Add puts faults at the end of the queue.
func (f *Faults) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = append(f.queue, faults...)
}

// Limit makes every request with a longer body fail with 413; 0 lifts it.
func (f *Faults) Limit(bytes int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limit = bytes
}

// Posts counts the requests that brought data, spoilt ones included.
func (f *Faults) Posts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.posts
}

// Wrap puts the faults before a server.
func (f *Faults) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.mu.Lock()
		f.posts++
		limit := f.limit
		var fault Fault
		if len(f.queue) > 0 {
			fault, f.queue = f.queue[0], f.queue[1:]
		}
		f.mu.Unlock()
		switch {
		case limit > 0 && len(body) > limit:
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		case fault != nil:
			fault(w, r, next)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// run lets the server work and keeps its answer back.
func run(next http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	return rec
}

func cut(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close() // it may be cut already
	}
}

// head sends the status and the headers of an answer. What follows is written
// with put, which does not mind a client that has gone.
func head(w http.ResponseWriter, rec *httptest.ResponseRecorder) {
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", strconv.Itoa(rec.Body.Len()))
	w.WriteHeader(rec.Code)
}

func put(w http.ResponseWriter, b []byte) {
	_, _ = w.Write(b)
	w.(http.Flusher).Flush()
}

// DropBefore cuts the line before the server saw the request.
func DropBefore(w http.ResponseWriter, _ *http.Request, _ http.Handler) { cut(w) }

// DropAfter lets the server commit and loses its answer.
func DropAfter(w http.ResponseWriter, r *http.Request, next http.Handler) {
	run(next, r)
	cut(w)
}

// Halve lets the server commit and cuts its answer in the middle.
func Halve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	rec := run(next, r)
	head(w, rec)
	put(w, rec.Body.Bytes()[:rec.Body.Len()/2])
	cut(w)
}

// Twice delivers the request two times, as a proxy may.
func Twice(w http.ResponseWriter, r *http.Request, next http.Handler) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	run(next, r)
	r.Body = io.NopCloser(bytes.NewReader(body))
	next.ServeHTTP(w, r)
}

// Dribble sends the answer in pieces of seven bytes.
func Dribble(w http.ResponseWriter, r *http.Request, next http.Handler) {
	rec := run(next, r)
	head(w, rec)
	for b := rec.Body.Bytes(); len(b) > 0; {
		n := min(7, len(b))
		put(w, b[:n])
		b = b[n:]
	}
}

// Hang never answers, until the client gives up.
func Hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }

// WrongContent answers 200 with a web page, as a sign-in page does.
func WrongContent(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	w.Header().Set("Content-Type", "text/html")
	put(w, []byte("<html><body>Please sign in</body></html>"))
}

// Status answers with a code and a text that is no FHIR; retryAfter may be "".
func Status(code int, retryAfter string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		http.Error(w, http.StatusText(code), code)
	}
}
