//! The thread of each test stands for the main thread.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use super::*;

/// One that is held, and whose main thread is this one.
fn held() -> Arc<MainThread> {
    let main = Arc::new(MainThread::new());
    main.hold().unwrap();
    assert_eq!(main.look(true), Look::Wanted);
    main
}

/// Looks until the thread has ended, and gives its answer.
fn serve<T>(main: &MainThread, thread: thread::JoinHandle<T>) -> T {
    while !thread.is_finished() {
        main.look(true);
        thread::yield_now();
    }
    thread.join().unwrap()
}

#[test]
fn work_is_done_on_the_main_thread_in_its_order() {
    let main = held();
    let (sender, receiver) = mpsc::channel();
    let other = Arc::clone(&main);
    let asking = thread::spawn(move || {
        for number in 0..100 {
            let sender = sender.clone();
            other.run(Box::new(move || sender.send((number, thread::current().id())).unwrap())).unwrap();
        }
    });
    asking.join().unwrap();
    assert_eq!(receiver.try_recv().ok(), None, "nothing is done before the main thread looks");
    main.look(true);
    let here = thread::current().id();
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), (0..100).map(|number| (number, here)).collect::<Vec<_>>());
}

#[test]
fn run_and_wait_returns_once_the_work_is_done() {
    let main = held();
    let (other, done) = (Arc::clone(&main), Arc::new(AtomicU32::new(0)));
    let asking = thread::spawn(move || {
        for number in 1..=10 {
            let doing = Arc::clone(&done);
            other.run_and_wait(Box::new(move || _ = doing.fetch_add(1, Ordering::Relaxed))).unwrap();
            assert_eq!(done.load(Ordering::Relaxed), number);
        }
    });
    serve(&main, asking);
}

#[test]
fn the_main_thread_is_refused_to_wait_for_itself_also_within_its_work() {
    let main = held();
    assert_eq!(main.run_and_wait(Box::new(|| {})), Err(Refused::OnMain));
    let (inner, outcome) = (Arc::clone(&main), Arc::new(Mutex::new(None)));
    let seen = Arc::clone(&outcome);
    main.run(Box::new(move || *seen.lock().unwrap() = Some(inner.run_and_wait(Box::new(|| {}))))).unwrap();
    main.look(true);
    assert_eq!(*outcome.lock().unwrap(), Some(Err(Refused::OnMain)));
}

#[test]
fn work_that_asks_for_work_lets_the_look_return() {
    let main = held();
    let count = Arc::new(AtomicU32::new(0));
    fn again(main: Arc<MainThread>, count: Arc<AtomicU32>) -> Work {
        Box::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            let next = again(Arc::clone(&main), count);
            main.run(next).unwrap();
        })
    }
    main.run(again(Arc::clone(&main), Arc::clone(&count))).unwrap();
    for number in 1..=3 {
        main.look(true);
        assert_eq!(count.load(Ordering::Relaxed), number);
    }
}

#[test]
fn who_holds_nothing_is_refused_and_the_main_thread_is_not_wanted() {
    let main = MainThread::new();
    assert_eq!(main.run(Box::new(|| {})), Err(Refused::NoMain));
    assert_eq!(main.look(true), Look::NotWanted);
    main.hold().unwrap();
    main.hold().unwrap();
    main.release();
    assert_eq!(main.look(true), Look::Wanted, "another one holds it");
    main.release();
    assert_eq!(main.look(true), Look::NotWanted);
    main.release();
    main.hold().unwrap();
    assert_eq!(main.look(true), Look::Wanted, "one release too many takes nothing from others");
}

#[test]
fn what_was_asked_for_before_a_release_is_still_done() {
    let main = held();
    let done = Arc::new(AtomicU32::new(0));
    let doing = Arc::clone(&done);
    main.run(Box::new(move || _ = doing.fetch_add(1, Ordering::Relaxed))).unwrap();
    main.release();
    assert_eq!(main.look(true), Look::Wanted);
    assert_eq!(done.load(Ordering::Relaxed), 1);
    assert_eq!(main.look(true), Look::NotWanted);
}

#[test]
fn who_waits_is_refused_where_the_runtime_is_on_another_thread() {
    let main = Arc::new(MainThread::new());
    main.hold().unwrap();
    let other = Arc::clone(&main);
    let asking = thread::spawn(move || other.run_and_wait(Box::new(|| {})));
    while !asking.is_finished() {
        assert_eq!(main.look(false), Look::Elsewhere);
        thread::yield_now();
    }
    assert_eq!(asking.join().unwrap(), Err(Refused::NoMain));
    assert_eq!(main.hold(), Err(Refused::NoMain));
    assert_eq!(main.run(Box::new(|| {})), Err(Refused::NoMain));
    assert_eq!(main.look(true), Look::Wanted, "a runtime on the main thread mends that");
    assert_eq!(main.run(Box::new(|| {})), Ok(()));
}

#[test]
fn a_runtime_elsewhere_takes_nothing_from_the_one_on_the_main_thread() {
    let main = held();
    let other = Arc::clone(&main);
    let asking = thread::spawn(move || other.run_and_wait(Box::new(|| {})));
    assert_eq!(main.look(false), Look::Elsewhere);
    assert_eq!(serve(&main, asking), Ok(()));
}

#[test]
fn a_process_without_a_runtime_refuses_everybody() {
    let main = MainThread::new();
    main.hold().unwrap();
    main.give_up();
    assert_eq!(main.run_and_wait(Box::new(|| {})), Err(Refused::NoMain));
    assert_eq!(main.hold(), Err(Refused::NoMain));
}

#[test]
fn work_that_is_given_up_goes_before_whoever_waits_is_told() {
    struct Lent(Arc<AtomicU32>);
    impl Drop for Lent {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let main = Arc::new(MainThread::new());
    main.hold().unwrap();
    let (other, gone) = (Arc::clone(&main), Arc::new(AtomicU32::new(0)));
    let lent = Lent(Arc::clone(&gone));
    let asking = thread::spawn(move || {
        let refused = other.run_and_wait(Box::new(move || drop(lent)));
        (refused, gone.load(Ordering::Relaxed))
    });
    while !asking.is_finished() {
        main.look(false);
        thread::yield_now();
    }
    assert_eq!(asking.join().unwrap(), (Err(Refused::NoMain), 1));
}

#[test]
fn a_panic_of_work_rings_whoever_waits_and_leaves_the_rest_be() {
    let main = held();
    let (other, done) = (Arc::clone(&main), Arc::new(AtomicU32::new(0)));
    let doing = Arc::clone(&done);
    let asking = thread::spawn(move || {
        let panicked = other.run_and_wait(Box::new(|| panic!("on purpose")));
        (panicked, other.run_and_wait(Box::new(move || _ = doing.fetch_add(1, Ordering::Relaxed))))
    });
    assert_eq!(serve(&main, asking), (Ok(()), Ok(())));
    assert_eq!(done.load(Ordering::Relaxed), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn threads_of_tests_are_not_the_main_thread() {
    assert!(!thread::spawn(is_main).join().unwrap());
}
