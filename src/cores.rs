//! Work on many things, shared between the cores of the machine.
//!
//! The results come in the order of the things and are the same whatever the number of cores:
//! `work` sees one thing at a time and nothing of its neighbours.
//! Threads are no IO; they start and end inside of one call.

use std::thread;

/// Work worth less than this is done before another thread is ready.
const WORTH_A_THREAD: usize = 1 << 18;

/// The results of `work` on each of `things`, whose sizes in bytes are what `size` says.
pub fn each<T: Sync, R: Send>(things: &[T], size: impl Fn(&T) -> usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let total: usize = things.iter().map(&size).sum();
    let n_cores = if total < WORTH_A_THREAD { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
    on(n_cores, things, size, work)
}

fn on<T: Sync, R: Send>(
    n_cores: usize,
    things: &[T],
    size: impl Fn(&T) -> usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let shares = shares(n_cores, things, size);
    let work = &work;
    match shares.as_slice() {
        [] => Vec::new(),
        [only] => only.iter().map(work).collect(),
        [first, others @ ..] => thread::scope(|scope| {
            let others: Vec<_> =
                others.iter().map(|share| scope.spawn(move || share.iter().map(work).collect::<Vec<_>>())).collect();
            let mut results: Vec<R> = first.iter().map(work).collect();
            for other in others {
                results.extend(other.join().expect("work does not panic"));
            }
            results
        }),
    }
}

/// Neighbouring things in at most `n` shares of about one size.
fn shares<T>(n: usize, things: &[T], size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let total: usize = things.iter().map(&size).sum();
    let mut shares = Vec::new();
    let (mut start, mut done) = (0, 0);
    for (index, thing) in things.iter().enumerate() {
        done += size(thing);
        if done * n >= total * (shares.len() + 1) || index + 1 == things.len() {
            shares.push(&things[start..=index]);
            start = index + 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_the_same_on_any_number_of_cores() {
        let things: Vec<usize> = (0..100).map(|n| n * n % 37).collect();
        let expected: Vec<usize> = things.iter().map(|thing| thing + 1).collect();
        for n_cores in 1..9 {
            assert_eq!(on(n_cores, &things, |size| *size, |thing| thing + 1), expected);
            assert!(shares(n_cores, &things, |size| *size).len() <= n_cores);
        }
        assert_eq!(on(4, &[0_usize; 5], |size| *size, |thing| thing + 1), [1; 5]);
        assert_eq!(each(&[0_usize; 0], |size| *size, |thing| thing + 1), [0; 0]);
    }
}
