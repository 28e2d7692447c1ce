//! A fan-out played through as data: what goes out at which second, by what happened before.

use super::*;
use crate::catalog::Catalog;

fn rule(model: &str) -> CacheRule {
    CacheRule::of(&Catalog::built_in().find(model).model, "anthropic")
}

fn load(lane: usize) -> Load {
    let [cold, warm, answer] = [10, 1, 2].map(Money);
    Load { lane, n_tokens: 100, cold, warm, answer, is_bounded: true }
}

fn lane(rule: impl Into<Option<CacheRule>>) -> Lane {
    Lane { server: 0, rule: rule.into(), may_refresh: true }
}

fn answered(cost: u64) -> Ended {
    Ended { cost: Some(Money(cost)), is_answered: true, is_hopeless: false }
}

const FAILED: Ended = Ended { cost: None, is_answered: false, is_hopeless: false };
const HOPELESS: Ended = Ended { is_hopeless: true, ..FAILED };

/// Every step at a second, until the schedule waits.
fn steps(schedule: &mut Schedule, second: i64) -> String {
    let mut shown = Vec::new();
    loop {
        let step = schedule.next(Timestamp(second * 1000));
        shown.push(match step {
            Step::Send(fork) => format!("send {fork}"),
            Step::Refresh(lane) => format!("refresh {lane}"),
            Step::Wait(None) => "wait".to_owned(),
            Step::Wait(Some(until)) => format!("wait until {}", until.0 / 1000),
            Step::Done => "done".to_owned(),
        });
        if matches!(step, Step::Wait(_) | Step::Done) {
            return shown.join(", ");
        }
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp(second * 1000)
}

#[test]
fn the_gate_opens_after_a_hit_and_not_before() {
    let mut schedule = Schedule::new(vec![lane(rule("claude-opus-4-8"))], vec![load(0); 5], 8, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.began(0, at(1));
    assert_eq!(steps(&mut schedule, 1), "wait until 3");
    schedule.ended(0, answered(12), at(2));
    assert_eq!(steps(&mut schedule, 3), "send 1, wait");
    schedule.began(1, at(4));
    assert_eq!(steps(&mut schedule, 4), "wait");
    schedule.read(1, 90, at(4));
    assert_eq!((steps(&mut schedule, 4).as_str(), schedule.warmth(0)), ("send 2, send 3, send 4, wait", Warmth::Hit));
    for fork in 1..5 {
        schedule.ended(fork, answered(3), at(5));
    }
    assert_eq!((steps(&mut schedule, 5).as_str(), schedule.spent()), ("done", Money(24)));
}

#[test]
fn a_miss_is_looked_for_once_more_and_then_said() {
    let mut schedule = Schedule::new(vec![lane(rule("claude-opus-4-8"))], vec![load(0); 5], 8, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.began(0, at(1));
    assert_eq!(steps(&mut schedule, 3), "send 1, wait");
    schedule.read(1, 0, at(4));
    assert_eq!(steps(&mut schedule, 4), "wait until 6");
    assert_eq!(steps(&mut schedule, 6), "send 2, wait");
    schedule.read(2, 0, at(7));
    assert_eq!((steps(&mut schedule, 7).as_str(), schedule.warmth(0)), ("send 3, send 4, wait", Warmth::Missed));
}

#[test]
fn a_server_that_tells_nothing_of_its_cache_holds_nobody_up() {
    let mut schedule = Schedule::new(vec![lane(rule("gemini-2.5-flash"))], vec![load(0); 4], 8, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.began(0, at(1));
    assert_eq!(steps(&mut schedule, 1), "send 1, wait");
    schedule.ended(1, answered(3), at(2));
    assert_eq!((steps(&mut schedule, 2).as_str(), schedule.warmth(0)), ("send 2, send 3, wait", Warmth::Unknown));
}

#[test]
fn without_a_cache_or_a_second_fork_nobody_waits() {
    let mut schedule = Schedule::new(vec![lane(None)], vec![load(0); 4], 3, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, send 1, send 2, wait");
    schedule.ended(1, FAILED, at(1));
    assert_eq!(steps(&mut schedule, 1), "send 3, wait");
    let mut schedule = Schedule::new(vec![lane(rule("claude-opus-4-8"))], vec![load(0)], 3, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
}

#[test]
fn models_warm_beside_each_other() {
    let lanes = vec![lane(rule("claude-opus-4-8")), Lane { server: 1, ..lane(None) }];
    let mut schedule = Schedule::new(lanes, vec![load(0), load(0), load(1), load(1)], 8, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, send 2, send 3, wait");
}

#[test]
fn a_failure_hands_its_part_to_the_next_fork() {
    let mut schedule = Schedule::new(vec![lane(rule("claude-opus-4-8"))], vec![load(0); 5], 8, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.ended(0, FAILED, at(1));
    assert_eq!(steps(&mut schedule, 1), "send 1, wait");
    schedule.began(1, at(1));
    assert_eq!(steps(&mut schedule, 3), "send 2, wait");
    schedule.ended(2, FAILED, at(4));
    assert_eq!(steps(&mut schedule, 4), "send 3, wait");
}

#[test]
fn a_lane_without_hope_is_given_up() {
    let mut schedule = Schedule::new(vec![lane(rule("claude-opus-4-8"))], vec![load(0); 5], 8, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.ended(0, HOPELESS, at(1));
    assert_eq!(steps(&mut schedule, 1), "send 1, wait");
    schedule.ended(1, HOPELESS, at(2));
    assert_eq!(steps(&mut schedule, 2), "done");
    assert_eq!(schedule.unsent().collect::<Vec<_>>(), [2, 3, 4]);
}

#[test]
fn a_pause_of_one_holds_all_of_its_server() {
    let mut schedule = Schedule::new(vec![lane(None)], vec![load(0); 4], 2, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, send 1, wait");
    schedule.held(0, at(20));
    schedule.ended(1, answered(3), at(1));
    assert_eq!(steps(&mut schedule, 1), "wait until 20");
    assert_eq!(steps(&mut schedule, 20), "send 2, wait");
}

#[test]
fn a_cache_that_would_die_is_touched() {
    let mut schedule = Schedule::new(vec![lane(rule("claude-opus-4-8"))], vec![load(0); 4], 1, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.began(0, at(0));
    schedule.ended(0, answered(12), at(0));
    assert_eq!(steps(&mut schedule, 2), "send 1, wait");
    schedule.read(1, 90, at(2));
    // Its answer takes long, and it alone may be out.
    assert_eq!(steps(&mut schedule, 3), "wait until 272");
    assert_eq!(steps(&mut schedule, 272), "refresh 0, wait");
    schedule.refreshed(0, true, Some(Money(1)), at(273));
    assert_eq!(steps(&mut schedule, 274), "wait until 543");
    schedule.ended(1, answered(3), at(300));
    assert_eq!((steps(&mut schedule, 300).as_str(), schedule.spent()), ("send 2, wait until 570", Money(16)));
}

#[test]
fn no_more_go_out_than_one_machine_takes() {
    let spilling = CacheRule { spill: Some(3), ..rule("gemini-2.5-flash") };
    let mut schedule = Schedule::new(vec![lane(spilling)], vec![load(0); 5], 8, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.began(0, at(1));
    assert_eq!(steps(&mut schedule, 1), "send 1, wait");
    schedule.read(1, 90, at(2));
    assert_eq!(steps(&mut schedule, 2), "send 2, wait until 60");
    assert_eq!(steps(&mut schedule, 60), "send 3, wait until 61");
    assert_eq!(steps(&mut schedule, 61), "send 4, wait");
}

#[test]
fn nothing_goes_out_that_might_cost_too_much() {
    // The first may cost 12, a warm one 3.
    let mut schedule = Schedule::new(vec![lane(rule("claude-opus-4-8"))], vec![load(0); 9], 8, Some(Money(26)));
    assert_eq!(steps(&mut schedule, 0), "send 0, wait");
    schedule.began(0, at(0));
    schedule.ended(0, answered(11), at(1));
    assert_eq!(steps(&mut schedule, 2), "send 1, wait");
    schedule.read(1, 90, at(2));
    schedule.ended(1, answered(3), at(2));
    assert_eq!(steps(&mut schedule, 2), "send 2, send 3, send 4, send 5, wait");
    for fork in 2..6 {
        schedule.ended(fork, answered(3), at(3));
    }
    assert_eq!((steps(&mut schedule, 3).as_str(), schedule.stopped()), ("done", Some(Stop::Cost)));
    assert_eq!((schedule.unsent().collect::<Vec<_>>(), schedule.spent()), (vec![6, 7, 8], Money(26)));
}

#[test]
fn an_answer_that_grows_too_dear_stops_the_rest() {
    let loads = vec![Load { is_bounded: false, ..load(0) }; 3];
    let mut schedule = Schedule::new(vec![lane(None)], loads, 2, Some(Money(30)));
    assert_eq!(steps(&mut schedule, 0), "send 0, send 1, wait");
    assert!(!schedule.grew(0, Money(8)));
    assert!(schedule.grew(0, Money(9)));
    assert_eq!((steps(&mut schedule, 1).as_str(), schedule.stopped()), ("wait", Some(Stop::Cost)));
}

#[test]
fn a_person_who_stops_it_gets_what_is_out() {
    let mut schedule = Schedule::new(vec![lane(None)], vec![load(0); 3], 2, None);
    assert_eq!(steps(&mut schedule, 0), "send 0, send 1, wait");
    schedule.stop(Stop::Person);
    schedule.ended(0, answered(1), at(1));
    assert_eq!(steps(&mut schedule, 1), "wait");
    schedule.ended(1, FAILED, at(1));
    assert_eq!((steps(&mut schedule, 1).as_str(), schedule.unsent().count()), ("done", 1));
}
