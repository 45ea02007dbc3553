//! The threads that large batches are shared out among, where the model is a forest over the columns themselves.

use super::predictions::Predictions;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Mutex, OnceLock, PoisonError};

/// As many threads as a server may use cores. They are started when the first batch is large enough, and then they stay.
#[derive(Debug)]
pub struct Workers {
    cores: usize,
    pool: OnceLock<Option<ThreadPool>>,
    /// The buffers of each thread, kept from batch to batch.
    buffers: Vec<Mutex<Predictions>>,
}

impl Workers {
    /// For so many cores. With one, batches stay on the thread that asks.
    pub fn new(cores: usize) -> Self {
        Self {
            cores,
            pool: OnceLock::new(),
            buffers: (0..cores).map(|_| Mutex::default()).collect(),
        }
    }

    /// How many threads there are.
    pub(super) fn cores(&self) -> usize {
        self.cores
    }

    /// The threads; none where there is one core, or where the system gives no more threads.
    pub(super) fn pool(&self) -> Option<&ThreadPool> {
        let start = || {
            ThreadPoolBuilder::new()
                .num_threads(self.cores)
                .thread_name(|i| format!("rows-{i}"))
                .build()
                .ok()
        };
        let pool = self
            .pool
            .get_or_init(|| (self.cores > 1).then(start).flatten());
        pool.as_ref()
    }

    /// Whether there are threads already.
    #[cfg(test)]
    pub(super) fn started(&self) -> bool {
        self.pool.get().is_some()
    }

    /// Runs `work` with the buffers of the thread of the pool that this is.
    pub(super) fn with_buffers(&self, work: impl FnOnce(&mut Predictions)) {
        let thread = rayon::current_thread_index().unwrap_or(0);
        let buffers = self.buffers[thread].lock();
        // What a panic left behind is overwritten.
        work(&mut buffers.unwrap_or_else(PoisonError::into_inner));
    }
}
