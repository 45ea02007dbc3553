//! How many predictions may be in flight. Nobody waits for a place, so that one number is enough.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{
            AtomicUsize,
            Ordering::{AcqRel, Acquire, Release},
        },
    },
};

/// The places that there are, and how many of them are taken.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    taken: AtomicUsize,
}

/// A place, given back when it is dropped: [`Here`] or [`Anywhere`].
pub(super) struct Admitted<P: Deref<Target = Places>>(P);

/// A place for work that is done at once.
pub(super) type Here<'a> = Admitted<&'a Places>;

/// A place for work on another thread.
pub(super) type Anywhere = Admitted<Arc<Places>>;

impl Places {
    /// So many places.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let taken = AtomicUsize::new(0);
        Arc::new(Self { most, taken })
    }

    /// Takes a place, if one is left.
    pub(super) fn take(&self) -> Option<Here<'_>> {
        self.add().then(|| Admitted(self))
    }

    /// The same for work that goes elsewhere.
    pub(super) fn take_along(self: &Arc<Self>) -> Option<Anywhere> {
        self.add().then(|| Admitted(self.clone()))
    }

    fn add(&self) -> bool {
        let more = |taken| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(AcqRel, Acquire, more).is_ok()
    }
}

impl<P: Deref<Target = Places>> Drop for Admitted<P> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_places_and_one_that_is_given_back_can_be_taken_again() {
        let places = Places::new(2);
        let (here, anywhere) = (places.take(), places.take_along());
        assert!(here.is_some() && anywhere.is_some());
        assert!(places.take().is_none() && places.take_along().is_none());
        drop(anywhere);
        let again = places.take();
        assert!(again.is_some() && places.take().is_none());
    }
}
