use std::fs;

use super::*;

fn given(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn every_built_in_prompt_says_what_it_is_for_and_how_to_cite() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/library");
    let mut files: Vec<String> = disk::list(&folder).unwrap().into_iter().map(|(name, _)| name).collect();
    let library = Library::read(None).unwrap();
    let mut names: Vec<String> = library.prompts().iter().map(|prompt| prompt.name.clone()).collect();
    names.sort();
    files.sort();
    assert_eq!(names, files);
    for prompt in library.prompts() {
        let Prompt { name, template, .. } = prompt;
        assert!(template.description.chars().count() <= 64 && !template.description.is_empty(), "{name}");
        assert!(template.text.contains("[s2 41:07] or [s1 post 3]"), "{name}");
        let needed = template.variables.iter().filter(|(_, variable)| variable.default.is_none());
        let values: Vec<(String, String)> = needed.map(|(name, _)| (name.clone(), "X".to_owned())).collect();
        let question = prompt.fill(&values).unwrap();
        assert!(!question.contains(['{', '}']) && question.len() < 2500, "{name}: {question}");
    }
}

#[test]
fn a_prompt_is_read_with_its_head_or_without() {
    let check = |source: &str, expected: Result<(&str, usize, &str), &str>| {
        let read = Template::parse("own.md", source);
        let read = read.as_ref().map(|t| (t.description.as_str(), t.variables.len(), t.text.as_str()));
        assert_eq!(read.map_err(ToString::to_string), expected.map_err(str::to_owned), "{source}");
    };
    check("# What now?\n\nSay {it}.\n", Ok(("What now?", 0, "# What now?\n\nSay {it}.")));
    check("+++\ndescription = \"d\"\n+++\nWhat?\n", Ok(("d", 0, "What?")));
    check("\u{feff}+++\r\ndescription = \"d\"\r\n+++\r\nWhat?\r\n", Ok(("d", 0, "What?")));
    let head = "+++\ndescription = \"d\"\n[variables.topic]\nabout = \"a\"\n+++\n";
    check(&format!("{head}On {{topic}}: {{\"a\": 1}}"), Ok(("d", 1, "On {topic}: {\"a\": 1}")));
    check(&format!("{head}On {{topik}}"), Err("own.md: {topik} is not among its variables"));
    check(&format!("{head}On it"), Err("own.md: the variable topic stands nowhere in its text"));
    check(&format!("{head} \n"), Err("own.md asks nothing"));
    check("", Err("own.md asks nothing"));
    check("+++\ndescription = \"d\"\nWhat?\n", Err("own.md: the head that line 1 opens with +++ has no end"));
    check(
        "+++\nabout = \"d\"\n+++\nWhat?\n",
        Err("own.md: line 2: unknown field `about`, expected `description` or `variables`"),
    );
    check(
        "+++\ndescription = d\n+++\nWhat?\n",
        Err("own.md: line 2: string values must be quoted, expected literal string"),
    );
}

#[test]
fn a_question_is_filled_or_what_is_missing_is_said() {
    let source = "+++\ndescription = \"d\"\n[variables.claim]\nabout = \"the claim\"\n[variables.most]\nabout = \"how many\"\n\
                  default = \"5\"\n+++\n{claim}, {most} at most";
    let template = Template::parse("quotes", source).unwrap();
    let check = |values: &[(&str, &str)], expected: Result<&str, &str>| {
        let filled = template.fill("quotes", &given(values)).map_err(|error| error.to_string());
        assert_eq!(filled, expected.map(str::to_owned).map_err(str::to_owned), "{values:?}");
    };
    check(&[("claim", " {most} is less ")], Ok("{most} is less, 5 at most"));
    check(&[("claim", "A"), ("most", "3"), ("claim", "B")], Ok("B, 3 at most"));
    check(&[("most", "3")], Err("quotes needs claim: the claim"));
    check(&[("claim", "A"), ("clam", "B")], Err("quotes takes no clam"));
    check(&[("claim", " ")], Err("claim is empty"));
}

#[test]
fn a_persons_own_prompt_wins_and_a_broken_one_breaks_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("prompts");
    let read = || Library::read(Some(&own)).unwrap();
    assert_eq!(read().prompts().len(), LIBRARY.len());
    let path = read().own("summary").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), read().find("summary").unwrap().source);
    fs::write(&path, "Say it in one word.").unwrap();
    fs::write(own.join("bad.md"), "+++\n").unwrap();
    fs::write(own.join("notes.txt"), "none").unwrap();
    // One that is there is not begun anew.
    assert_eq!(read().own("summary").unwrap(), path);
    assert_eq!(read().find("summary").unwrap().fill(&[]).unwrap(), "Say it in one word.");
    assert_eq!(read().find("timeline").unwrap().path, None);
    assert!(matches!(read().find("bad"), Err(Error::Head { .. })));
    assert_eq!(read().broken().count(), 1);
    assert!(matches!(read().find("sumary"), Err(Error::Unknown { nearest: Some(name), .. }) if name == "summary"));
    assert!(matches!(read().find("./none.md"), Err(Error::Read { .. })));
    assert_eq!(read().find(path.to_str().unwrap()).unwrap().source, "Say it in one word.");
    for name in ["", "a/b", "..", "a.b"] {
        assert!(matches!(read().own(name), Err(Error::Name { .. })), "{name}");
    }
    assert!(matches!(Library::read(None).unwrap().own("new"), Err(Error::NoFolder)));
}

#[test]
fn double_braces_are_refused_before_anything_is_asked() {
    let check = |source: &str, expected: Option<&str>| {
        let read = Template::parse("my.md", source).err().map(|error| error.to_string());
        assert_eq!(read.as_deref(), expected, "{source}");
    };
    check(
        "What of {{ topic }}, {{place}} and {{ topic }}?",
        Some("my.md: {{ topic }}, {{ place }} would be asked as it stands"),
    );
    check("+++\ndescription = \"d\"\n+++\nWhat of {{topic}}?", Some("my.md: {{ topic }} would be asked as it stands"));
    check("What?\nOf {{ topic\n", Some("my.md, line 2: {{ has no end"));
    check("What does \\frac{a}{b} say, and {{\\bf this}}, and {\"a\": {\"b\": {}}}?", None);
}
