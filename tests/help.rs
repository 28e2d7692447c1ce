//! The help that a person reads first.

use crate::support::Desk;

#[test]
fn the_help_of_a_verb_begins_as_the_list_of_verbs_says_it() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let verbs: Vec<(&str, &str)> = list
        .lines()
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(verb, said)| (verb, said.trim()))
        .filter(|(verb, _)| *verb != "help")
        .collect();
    assert!(verbs.len() > 40, "{help}");
    for (verb, said) in verbs {
        let own = desk.run(&[verb, "--help"]).stdout;
        assert_eq!(own.lines().next(), Some(said), "{verb}");
        // What holds for every verb stands apart from what is the verb's own.
        let (before, everywhere) = own.split_once("\nEvery verb:\n").unwrap_or_else(|| panic!("{verb}: {own}"));
        assert!(everywhere.contains("--store") && !before.contains("--store"), "{verb}: {own}");
    }
}
