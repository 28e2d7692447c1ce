//! Captions as a source gave them.

use serde::{Deserialize, Serialize};

/// One caption of a transcript, times in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// The identifier line, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Seconds from the start of the recording.
    pub start: f64,
    /// Seconds from the start of the recording.
    pub end: f64,
    /// The words, tags stripped and entities decoded.
    pub text: String,
    /// Who speaks, from a voice tag or a leading name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub speaker: Option<String>,
    /// How it is shown, where that is not the usual way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub settings: Option<Settings>,
}

/// How a `WebVTT` caption is shown, by the names of the DOM's `VTTCue`; what is absent is the default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Where lines that run downwards grow to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub vertical: Option<Vertical>,
    /// The line, or per cent of the height.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<f64>,
    /// `false` where `line` is in per cent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snap_to_lines: Option<bool>,
    /// Which edge of the box stands at `line`, where it is not the start.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line_align: Option<Align>,
    /// Per cent of the width.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub position: Option<f64>,
    /// Which edge of the box stands at `position`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub position_align: Option<Align>,
    /// The width of the box in per cent, where it is not all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<f64>,
    /// Where the words stand in the box, where it is not the centre.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub align: Option<Align>,
    /// The part of the screen that it is shown in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<Region>,
}

/// Where lines grow to that run downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vertical {
    /// To the left.
    #[serde(rename = "rl")]
    Left,
    /// To the right.
    #[serde(rename = "lr")]
    Right,
}

/// An edge, or the middle between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the words of the specification")]
pub enum Align {
    Start,
    Center,
    End,
    Left,
    Right,
    LineLeft,
    LineRight,
}

/// A part of the screen that captions share; anchors and width in per cent, what is absent is the default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// The name that captions call it by.
    pub id: String,
    /// Its width, where it is not all of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub width: Option<f64>,
    /// How many lines it shows, where they are not three.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lines: Option<f64>,
    /// The point of the region that is anchored, from left and top, where it is not 0, 100.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region_anchor: Option<(f64, f64)>,
    /// The point of the screen that it is anchored to, where it is not 0, 100.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub viewport_anchor: Option<(f64, f64)>,
    /// `up` where a new line pushes the others up.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scroll: Option<String>,
}
