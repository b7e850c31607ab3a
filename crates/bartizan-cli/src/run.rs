//! Running analyses: several at a time, each within its time limit, results in input order.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use bartizan::{Input, Options};

use crate::exit::{Exit, Failure};

/// Stack of an analysis thread. Readers do not recurse over input, but libraries below them may.
const STACK: usize = 64 << 20;
/// How long a stopped analysis may take to notice before its thread is left behind.
const GRACE: Duration = Duration::from_secs(2);

/// A thread that analyses one input after the other. Keeping it keeps the automata warm that the extractors build as
/// they read; a new thread for each input would build them anew.
struct Worker {
    sender: mpsc::Sender<Box<dyn FnOnce() + Send>>,
}

thread_local! {
    /// The worker of the calling thread; none before the first input and after one that had to be given up.
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

impl Worker {
    fn start() -> Result<Self, Failure> {
        let (sender, receiver) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || {
                for task in receiver {
                    task();
                }
            })
            .map_err(|e| Failure::internal(format!("cannot start a thread: {e}")))?;
        Ok(Self { sender })
    }
}

/// Runs `work` on one input within `timeout`; a panic is a failure of this input only.
pub fn guarded<T: Send + 'static>(
    input: Input,
    options: Options,
    timeout: Duration,
    work: impl FnOnce(&Input, &Options) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let name = input.name.clone();
    let stop = options.stop.clone();
    let (sender, receiver) = mpsc::channel();
    let task = Box::new(move || {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&input, &options)));
        // The receiver is gone only if we were given up.
        let _ = sender.send(result);
    });
    let worker = WORKER.take().map_or_else(Worker::start, Ok)?;
    worker.sender.send(task).map_err(|_| Failure::internal("an analysis thread ended"))?;
    let answer = receiver.recv_timeout(timeout).or_else(|_| {
        stop.stop();
        receiver.recv_timeout(GRACE)
    });
    match answer {
        Ok(result) => {
            WORKER.set(Some(worker));
            result.unwrap_or_else(|panic| {
                let what = panic_text(panic.as_ref());
                Err(Failure::internal(format!("{name}: {what}; nothing was written for this report")))
            })
        }
        // The thread is left behind; the next input gets a new one.
        Err(_) => Err(Failure::new(
            Exit::Timeout,
            "stopped",
            format!("{name} took longer than {} s; raise --timeout or split it", timeout.as_secs()),
        )),
    }
}

/// Does `work` for `0..count` on up to `jobs` threads and hands each result to `take`, in order.
pub fn in_order<T: Send>(
    count: usize,
    jobs: usize,
    work: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(usize, T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if jobs.min(count) <= 1 {
        // One after the other needs no thread to wait for.
        return (0..count).try_for_each(|index| take(index, work(index)));
    }
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(count) {
            let sender = sender.clone();
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || sender.send((index, work(index))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, result) in receiver {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&due) {
                take(due, result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// Does `work` for what `next` gives, on `jobs` threads, and hands each result to `take`, in order. Unlike
/// [`in_order`] it needs no count, and it holds only what is under way, so it answers a stream as it comes.
pub fn stream<I: Send, T: Send>(
    next: impl FnMut() -> Option<I> + Send,
    jobs: usize,
    work: impl Fn(I) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let source = std::sync::Mutex::new((0_usize, next, false));
    // A bound, so that a slow reader of the output slows the reading.
    let (sender, receiver) = mpsc::sync_channel(jobs.max(1) * 4);
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            let sender = sender.clone();
            let (source, work) = (&source, &work);
            scope.spawn(move || {
                loop {
                    let (index, item) = {
                        // A thread that panicked left the source as it was: nothing in it is half done.
                        let mut source = source.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        if source.2 {
                            return;
                        }
                        let Some(item) = (source.1)() else {
                            source.2 = true;
                            return;
                        };
                        source.0 += 1;
                        (source.0 - 1, item)
                    };
                    if sender.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, result) in receiver {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&due) {
                take(result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// The words of a panic.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    format!("internal fault: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_of_one_input() {
        let failure = guarded(Input::new("x", ""), Options::default(), Duration::from_secs(5), |_, _| {
            if true { panic!("boom") } else { Ok(()) }
        })
        .unwrap_err();
        assert_eq!(failure.exit, Exit::Internal);
        assert!(failure.message.contains("boom"));
    }

    #[test]
    fn a_stopped_analysis_is_a_timeout() {
        let failure =
            guarded(Input::new("x", ""), Options::default(), Duration::from_millis(20), |_, options| {
                while !options.stop.is_stopped() {
                    std::thread::yield_now();
                }
                Err::<(), _>(Failure::new(Exit::Timeout, "stopped", "stopped"))
            })
            .unwrap_err();
        assert_eq!(failure.exit, Exit::Timeout);
    }

    #[test]
    fn a_stream_keeps_its_order() {
        let mut numbers = 0..100;
        let mut seen = Vec::new();
        let take = |n| {
            seen.push(n);
            Ok(())
        };
        stream(|| numbers.next(), 4, |n| n * 2, take).unwrap();
        assert_eq!(seen, (0..100).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn results_come_in_input_order() {
        let mut seen = Vec::new();
        in_order(
            100,
            8,
            |i| i * 2,
            |i, r| {
                seen.push((i, r));
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, (0..100).map(|i| (i, i * 2)).collect::<Vec<_>>());
    }
}
