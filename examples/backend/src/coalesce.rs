//! Several callers who ask for the same at the same time share one answer.

use std::{
    collections::HashMap,
    future::Future,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

type Work<T> = BoxFuture<'static, T>;

/// What is under way, by what was asked for.
pub struct Flights<K, T: Clone>(Arc<Mutex<HashMap<K, WeakShared<Work<T>>>>>);

impl<K, T: Clone> Clone for Flights<K, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, T: Clone> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash + Clone, T: Clone + Send + Sync + 'static> Flights<K, T> {
    /// The answer to `key`: of the work that is under way for it, or else of `work`; and whether it was the latter. The
    /// work goes on while anybody waits for it.
    pub async fn join(&self, key: K, work: impl Future<Output = T> + Send + 'static) -> (T, bool) {
        let (flight, is_first) = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let under_way = all.get(&key).and_then(WeakShared::upgrade);
            match under_way.filter(|flight| flight.peek().is_none()) {
                Some(flight) => (flight, false),
                None => {
                    // What nobody waits for any more is forgotten, now and then.
                    if all.len() == all.capacity() {
                        all.retain(|_, flight| flight.upgrade().is_some());
                    }
                    let flight: Shared<Work<T>> = work.boxed().shared();
                    if let Some(weak) = flight.downgrade() {
                        all.insert(key.clone(), weak);
                    }
                    (flight, true)
                }
            }
        };
        let answer = flight.clone().await;
        if is_first {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if all
                .get(&key)
                .and_then(WeakShared::upgrade)
                .is_some_and(|f| f.ptr_eq(&flight))
            {
                all.remove(&key);
            }
        }
        (answer, is_first)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_callers_are_one_piece_of_work() {
        let flights = Flights::<&str, u32>::default();
        let count = Arc::new(AtomicU32::new(0));
        let work = |count: Arc<AtomicU32>| async move {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            count.fetch_add(1, Ordering::Relaxed)
        };
        let all = (0..5).map(|_| flights.join("a", work(count.clone())));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(answers.iter().filter(|(_, is_first)| *is_first).count(), 1);
        assert!(answers.iter().all(|(answer, _)| *answer == 0));
        assert_eq!(
            flights.join("a", work(count.clone())).await,
            (1, true),
            "the next caller is not late"
        );
        assert_eq!(flights.join("b", work(count.clone())).await, (2, true));
        assert!(flights.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_stops_nobody_else() {
        let flights = Flights::<&str, u32>::default();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let mut first = Box::pin(flights.join("a", async move {
            let _ = wait.await;
            7
        }));
        assert!((&mut first).now_or_never().is_none());
        let mut second = Box::pin(flights.join("a", async { 8 }));
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        go.send(()).unwrap();
        assert_eq!(second.await, (7, false));
    }
}
