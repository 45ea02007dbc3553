//! How many predictions may be in flight. Nobody waits for a permit, so that one number is enough.

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

/// The permits that there are, and how many of them are taken.
#[derive(Debug)]
pub(super) struct Permits {
    most: usize,
    taken: AtomicUsize,
}

/// A permit, given back when it is dropped: [`Permit`] or [`OwnedPermit`].
pub(super) struct Admitted<P: Deref<Target = Permits>>(P);

/// A permit for work that is done at once.
pub(super) type Permit<'a> = Admitted<&'a Permits>;

/// A permit for work on another thread.
pub(super) type OwnedPermit = Admitted<Arc<Permits>>;

impl Permits {
    /// So many permits.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let taken = AtomicUsize::new(0);
        Arc::new(Self { most, taken })
    }

    /// Takes a permit, if one is left.
    pub(super) fn take(&self) -> Option<Permit<'_>> {
        self.add().then(|| Admitted(self))
    }

    /// The same for work that goes elsewhere.
    pub(super) fn take_owned(self: &Arc<Self>) -> Option<OwnedPermit> {
        self.add().then(|| Admitted(self.clone()))
    }

    fn add(&self) -> bool {
        let more = |taken| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(AcqRel, Acquire, more).is_ok()
    }
}

impl<P: Deref<Target = Permits>> Drop for Admitted<P> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_permits_and_one_that_is_given_back_can_be_taken_again() {
        let permits = Permits::new(2);
        let (permit, owned) = (permits.take(), permits.take_owned());
        assert!(permit.is_some() && owned.is_some());
        assert!(permits.take().is_none() && permits.take_owned().is_none());
        drop(owned);
        let again = permits.take();
        assert!(again.is_some() && permits.take().is_none());
    }
}
