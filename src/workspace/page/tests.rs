//! Pages of hostile words, and back.

use super::*;
use crate::content::Timestamp;
use crate::store::exchange::Limits;
use crate::store::{ObjectKind, Store, sample};
use crate::workspace::{Act, Intake};

const HOSTILE: &str =
    "</script><script>alert(1)</script>\n<!-- ]]> &lt; \"><img src=x onerror=alert(2)> [s1](javascript:x) </style>";

#[test]
fn hostile_words_stay_words_and_come_back() {
    let store = Store::open_in_memory().unwrap();
    let bundle = sample::fill(&store, HOSTILE);
    let ours = Workspace { store };
    let act = Act { time: Timestamp(0), command: Vec::new() };
    let id = bundle.to_string();
    ours.record("main", &id, HOSTILE, &format!("{HOSTILE} [s1] [s9 \"><b>]"), &act).unwrap();
    ours.record("a/b", &id, "And?", HOSTILE, &act).unwrap();
    let page = ours.page(&Parcel { author: Some("ada".to_owned()), ..Parcel::default() }).unwrap();
    let page = String::from_utf8(page.file).unwrap();
    for needle in ["<script>", "<img", "<!--", "<b>]"] {
        assert!(!page.contains(needle), "{needle}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    let data = page.split_once(OPENING).unwrap().1.split_once(CLOSING).unwrap().0;
    let plain = ours.export(&Parcel { author: Some("ada".to_owned()), ..Parcel::default() }).unwrap().file;
    assert_eq!(data.trim_start().replace("\\u003c", "<"), String::from_utf8(plain.clone()).unwrap());
    let limits = Limits::STANDARD;
    let read = |bytes: &[u8]| crate::store::exchange::read(bytes, &limits).unwrap().said();
    assert_eq!(read(page.as_bytes()), read(&plain));

    // The sample's text is not a render of its document, so that only the reading can be shown here.
    let theirs = Workspace { store: Store::open_in_memory().unwrap() };
    let intake = Intake { from: None, limits };
    assert!(matches!(theirs.import(&mut page.as_bytes(), &intake, &act), Err(Error::Forged { .. })));
    assert_eq!(theirs.store.ids(ObjectKind::Message).unwrap(), []);
}
