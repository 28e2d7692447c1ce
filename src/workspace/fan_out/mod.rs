//! Many forks of one place: warmed once, sent as the servers allow, each answer on a branch of its own.
//!
//! A [`FanAsk`] says what is asked of whom; `Workspace::plan_fan_out` finds what is missing (an
//! answer that stands on a branch is not asked for again), names the branches and prices the rest;
//! `Workspace::fan_out` sends it. Who goes when is decided by [`Schedule`], which is values only;
//! `run.rs` is the edge where bytes move and time passes. A fork that fails stops no other one.

mod estimate;
mod pace;
mod plan;
mod questions;
mod run;
mod schedule;

pub use estimate::Estimate;
pub use plan::{Bounds, FanAsk, FanPlan, Fork, Lane, Price, Standing};
pub use questions::{Question, QuestionsError};
pub use run::{Event, Finished, Report};
pub use schedule::{Ended, Lane as LaneRule, Load, Schedule, Step, Stop, Warmth};
