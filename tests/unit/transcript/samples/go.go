// Package pool runs jobs with a fixed number of workers.
package pool

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrFull is returned when no job can be taken.
var ErrFull = errors.New("pool: queue is full")

const (
	defaultSize  = 4
	maximum      = 0x7f
	ratio        = 1.5e3
	newline rune = '\n'
)

/*
Job is one piece of work.
It may be cancelled.
*/
type Job func(ctx context.Context) error

type Pool struct {
	jobs   chan Job
	errors map[string]int
	mutex  sync.RWMutex
}

func New(size int) *Pool {
	if size <= 0 {
		size = defaultSize
	}
	pool := &Pool{jobs: make(chan Job, size*2), errors: map[string]int{}}
	for i := 0; i < size; i++ {
		go pool.work(context.Background(), i)
	}
	return pool
}

func (p *Pool) work(ctx context.Context, number int) {
	defer fmt.Printf("worker %d ends\n", number)
	for job := range p.jobs {
		if err := job(ctx); err != nil {
			p.mutex.Lock()
			p.errors[err.Error()]++
			p.mutex.Unlock()
		}
	}
}

// Add waits at most a second.
func (p *Pool) Add(job Job) error {
	select {
	case p.jobs <- job:
		return nil
	case <-time.After(time.Second):
		return fmt.Errorf("%w: %q", ErrFull, `a "raw" string
over two lines`)
	}
}
