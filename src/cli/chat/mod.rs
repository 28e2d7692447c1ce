//! A talk in the terminal: lines in, answers out, on the same workspace as every other verb.
//!
//! [`Lines`] gives lines, typed with an editor or piped; [`Chat`] holds where the talk stands. A line
//! that begins with a slash is an order of [`ORDERS`], else any verb of the command line, with `@`
//! meaning where the talk stands; every other line is a question. What fails is told and the talk
//! goes on; piped lines stop there, since what follows was meant for another answer.

mod lines;
mod orders;
mod watch;

use clap::Parser;
use clap::error::ErrorKind;

use super::args::{Arguments, Verb, VoiceArgs};
use super::command::{answer, ask, catalog, question};
use super::settings::act;
use super::table::{counted, thousands};
use super::{Context, Failure, run_verb};
use crate::catalog::Money;
use crate::content::Usage;
use crate::send::endpoint::Environment;
use crate::workspace::library::Library;
use crate::workspace::{self, Draft, Onto, Standing, Workspace};

pub(super) use lines::Lines;
use lines::{Known, Typed};
use orders::{ORDERS, Order, split};

/// A talk under way.
pub(super) struct Chat<'a> {
    context: &'a Context,
    workspace: Workspace,
    /// Whom to ask, and how.
    ask: workspace::Ask,
    endpoints: Environment,
    standing: Standing,
    /// Where the talk stood before, the last place last: an undo leads back there.
    before: Vec<String>,
    /// The branch to make for the next answer.
    pub(super) new_branch: Option<String>,
    /// Requests are printed, not sent.
    pub(super) is_rehearsal: bool,
    /// How answers are shown.
    pub(super) voice: VoiceArgs,
    /// What each answer used, by the model that gave it, and whether that was counted here.
    used: Vec<(String, Usage, bool)>,
}

/// What comes after a line.
enum Next {
    /// The next line; the exit code says how this one went.
    On(u8),
    Leave,
}

impl<'a> Chat<'a> {
    /// A talk from an address on.
    pub(super) fn begin(
        context: &'a Context,
        workspace: Workspace,
        address: &str,
        ask: workspace::Ask,
        endpoints: Environment,
    ) -> Result<Self, Failure> {
        let standing = workspace.standing(address)?;
        let (new_branch, used) = (None, Vec::new());
        Ok(Self {
            context,
            workspace,
            ask,
            endpoints,
            standing,
            before: Vec::new(),
            new_branch,
            is_rehearsal: false,
            voice: VoiceArgs::default(),
            used,
        })
    }

    /// Talks until the lines end.
    pub(super) fn run(mut self, mut lines: Lines, first: Option<String>) -> Result<u8, Failure> {
        let watch = watch::Watch::start();
        self.tell_standing();
        lines.remember(self.workspace.asked(500)?);
        let mut first = first;
        loop {
            let line = match first.take() {
                Some(question) => question,
                None => match lines.next(&self.title(), || self.known())? {
                    Typed::Line(line) => line,
                    Typed::Nothing => continue,
                    Typed::End => break,
                },
            };
            let is_spoken = lines.are_typed();
            let went = watch.during(|| self.heed(&line));
            match went {
                Ok(Next::Leave) => break,
                Ok(Next::On(0)) => {}
                Ok(Next::On(code)) if !is_spoken => return Ok(code),
                Err(failure) if !is_spoken => return Err(failure),
                Ok(Next::On(_)) => {}
                Err(failure) => failure.tell(),
            }
            if watch.is_over() {
                break;
            }
        }
        if lines.are_typed() && self.standing.branch.is_some() {
            self.context.printer.say(format_args!("Left    {0}: `forkful chat {0}` goes on", self.standing.address));
        }
        Ok(0)
    }

    /// Does what a line says.
    fn heed(&mut self, line: &str) -> Result<Next, Failure> {
        let line = line.trim();
        if line.is_empty() {
            return Ok(Next::On(0));
        }
        match line.strip_prefix('/') {
            // A path or a stray slash is no order.
            Some(order) if order.starts_with(|c: char| c.is_ascii_alphabetic()) => self.obey(order),
            _ => self.put(line.to_owned()).map(Next::On),
        }
    }

    fn obey(&mut self, line: &str) -> Result<Next, Failure> {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let address = self.standing.address.clone();
        match Order::named(name) {
            Some(Order::Quit) => return Ok(Next::Leave),
            Some(Order::Help) => self.help()?,
            Some(Order::Fork) => return self.fork(rest).map(Next::On),
            Some(Order::Go) if rest.is_empty() => self.tell_standing(),
            Some(Order::Go) => {
                self.go_on(rest)?;
                self.tell_standing();
            }
            Some(Order::Undo) => {
                for operation in self.workspace.undo(1, &act())? {
                    let what = operation.description.strip_prefix("undo ").unwrap_or(&operation.description);
                    self.context.printer.say(format_args!("Undone  {what}"));
                }
                self.stand_again()?;
                self.tell_standing();
            }
            Some(Order::Redo) => {
                for operation in self.workspace.redo(1, &act())? {
                    let what = operation.description.strip_prefix("redo ").unwrap_or(&operation.description);
                    self.context.printer.say(format_args!("Redone  {what}"));
                    if operation.at.is_some() {
                        self.go_on("@")?;
                    }
                }
                self.stand_again()?;
                self.tell_standing();
            }
            Some(Order::Retry) => {
                let name = (!rest.is_empty()).then_some(rest);
                let open = self.workspace.retry(&address, Onto::New(name))?;
                let draft = self.workspace.draft_open(&open, self.ask.clone(), &self.endpoints)?;
                return self.deliver(&draft).map(Next::On);
            }
            Some(Order::Prompt) => {
                let words = split(rest)?;
                let Some((name, values)) = words.split_first() else {
                    return self.verb(&["prompts".to_owned()]).map(Next::On);
                };
                let prompt = question::library(self.context)?.find(name).map_err(Failure::in_talk)?;
                let question = prompt.fill(&question::assignments(values)?).map_err(Failure::in_talk)?;
                return self.put(question).map(Next::On);
            }
            Some(Order::Model) => {
                if !rest.is_empty() {
                    self.ask.wishes.model = Some(rest.to_owned());
                }
                let model = self.ask.wishes.model.as_deref().unwrap_or("the one used before here");
                self.context.printer.say(format_args!("Model   {model}"));
            }
            Some(Order::Show) => {
                let words = match rest {
                    "" => vec!["show".to_owned(), address, "--turn".to_owned()],
                    place if orders::is_citation(place) => {
                        vec!["show".to_owned(), format!("{address}[{}]", place.trim_matches(['[', ']']))]
                    }
                    _ => [vec!["show".to_owned()], split(rest)?].concat(),
                };
                return self.verb(&words).map(Next::On);
            }
            Some(Order::Check) if rest.is_empty() => return self.verb(&["check".to_owned(), address]).map(Next::On),
            Some(Order::Cost) => self.tell_cost()?,
            Some(Order::Check) | None => return self.verb(&split(line)?).map(Next::On),
        }
        Ok(Next::On(0))
    }

    /// Puts a question where the talk stands.
    fn put(&mut self, question: String) -> Result<u8, Failure> {
        if self.standing.is_inside && self.new_branch.is_none() {
            self.new_branch = Some(self.workspace.fork_name(None)?);
        }
        let (address, new_branch) = (self.standing.address.clone(), self.new_branch.clone());
        let ask = workspace::Ask { address, new_branch, question, ..self.ask.clone() };
        let draft = self.workspace.draft(&ask, &self.endpoints)?;
        self.deliver(&draft)
    }

    fn deliver(&mut self, draft: &Draft) -> Result<u8, Failure> {
        if self.is_rehearsal {
            return ask::rehearse(self.context, &self.workspace, draft);
        }
        let answered = ask::send(self.context, &self.workspace, draft, self.voice)?;
        self.used.push((answered.model.clone(), answered.billed, answered.is_estimated));
        if answered.message.is_some() {
            self.go_on(&answered.branch)?;
        }
        answer::finish(self.context, &answered, draft)
    }

    /// The talk goes on from an address.
    fn go_on(&mut self, address: &str) -> Result<(), Failure> {
        let there = self.workspace.standing(address)?;
        if there.address != self.standing.address {
            self.before.push(self.standing.address.clone());
        }
        self.standing = there;
        self.new_branch = None;
        Ok(())
    }

    /// `NAME`, and perhaps a question to go on with.
    fn fork(&mut self, rest: &str) -> Result<u8, Failure> {
        let (name, question) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let name = (!name.is_empty()).then_some(name);
        let forked = self.workspace.fork(&self.standing.address, name, &act())?;
        self.context.printer.say(format_args!("Forked  {}  at {}", forked.branch, forked.tip.short()));
        self.go_on(&forked.branch)?;
        if question.trim().is_empty() { Ok(0) } else { self.put(question.trim().to_owned()) }
    }

    /// Any verb of the command line; `@` is where the talk stands.
    fn verb(&mut self, order: &[String]) -> Result<u8, Failure> {
        let here = |word: &String| match word.strip_prefix('@') {
            Some(rest) if rest.is_empty() || rest.starts_with(['~', '^']) => format!("{}{rest}", self.standing.address),
            _ => word.clone(),
        };
        let words: Vec<String> = order.iter().map(here).collect();
        let arguments = match Arguments::try_parse_from(["forkful".to_owned()].into_iter().chain(words)) {
            Ok(arguments) => arguments,
            Err(error) if error.kind() == ErrorKind::InvalidSubcommand => {
                let name = order.first().map_or("", String::as_str);
                return Err(Failure::usage(format!("there is no /{name}")).hint("/help lists what can be typed"));
            }
            Err(error) => {
                // Where the stream is gone there is nobody to tell.
                let _ = error.print();
                return Ok(u8::try_from(error.exit_code()).unwrap_or(2));
            }
        };
        if matches!(arguments.verb, Verb::Chat(_)) {
            return Err(Failure::usage("this is a chat already").hint("`/go ADDRESS` goes on from elsewhere"));
        }
        let code = run_verb(arguments.verb, self.context)?;
        self.stand_again()?;
        Ok(code)
    }

    /// Looks where the talk stands after something moved; a branch that is gone leaves the place before it.
    fn stand_again(&mut self) -> Result<(), Failure> {
        let mut there = self.workspace.standing(&self.standing.address);
        while there.is_err() {
            let Some(before) = self.before.pop() else { break };
            there = self.workspace.standing(&before);
        }
        self.standing = match there {
            Ok(standing) => standing,
            Err(_) => self.workspace.standing(&self.standing.bundle.to_string())?,
        };
        Ok(())
    }

    /// What stands before a line that is typed.
    fn title(&self) -> String {
        let Standing { branch, bundle_name, bundle, .. } = &self.standing;
        branch.clone().or_else(|| bundle_name.clone()).unwrap_or_else(|| bundle.short())
    }

    fn tell_standing(&self) {
        let Standing { branch, is_inside, n_turns, bundle, bundle_name, tokens, .. } = &self.standing;
        let name = bundle_name.clone().unwrap_or_else(|| bundle.short());
        let place = match branch {
            Some(branch) => format!("{branch}, {} on {name}", counted(*n_turns, "turn")),
            None if *is_inside => format!("after {} on {name}", counted(*n_turns, "turn")),
            None => name,
        };
        self.context.printer.say(format_args!("Talking {place} ({tokens} tokens); /help lists what can be typed"));
    }

    fn tell_cost(&self) -> Result<(), Failure> {
        let is_estimated = self.used.iter().any(|(_, _, is_estimated)| *is_estimated);
        let sum = |name: &str, count: fn(&Usage) -> Option<u64>| {
            let known: Vec<u64> = self.used.iter().filter_map(|(_, usage, _)| count(usage)).collect();
            let total = thousands(known.iter().fold(0, |sum: u64, n| sum.saturating_add(*n)));
            let silent = self.used.len() - known.len();
            let silent = if silent == 0 { String::new() } else { format!(" and {silent} untold") };
            let mark = if is_estimated && name != "cached" { "~" } else { "" };
            format!("{mark}{total}{silent} {name}")
        };
        let catalog = catalog(self.context)?;
        let costs = self.used.iter().map(|(model, usage, _)| catalog.find(model).model.cost(usage));
        let mark = if is_estimated { "~" } else { "" };
        // A sum with a part that is unknown is no sum.
        let cost = costs.sum::<Option<Money>>().map_or(String::new(), |cost| format!(" · {mark}{cost}"));
        let line = format!(
            "{}  {} · {} · {}{cost}\n",
            counted(self.used.len(), "answer"),
            sum("in", |usage| usage.input),
            sum("cached", |usage| usage.cached),
            sum("out", |usage| usage.output),
        );
        Ok(self.context.printer.out(&line)?)
    }

    fn help(&self) -> Result<(), Failure> {
        let mut out = String::new();
        for (_, name, takes, about) in ORDERS {
            out += &format!("  {:<27} {about}\n", format!("/{name} {takes}").trim_end());
        }
        out += "  and any verb of forkful, as /log, /search WORDS, /diff A B; @ is where you are\n\
                Alt-Enter, or a \\ at its end, continues a line.\n\
                Ctrl-C stops an answer and keeps what came, Ctrl-D leaves.\n";
        Ok(self.context.printer.out(&out)?)
    }

    /// What the editor can complete.
    fn known(&self) -> Known {
        let orders = ORDERS.iter().map(|(_, name, ..)| (*name).to_owned());
        let verbs = ["log", "search", "diff", "branch", "rate", "note", "operations", "pick", "graft"];
        // Completion is a convenience: what cannot be listed is not offered.
        let branches = self.workspace.branches(None).unwrap_or_default().0.into_iter().map(|branch| branch.name);
        let library = question::library(self.context).ok();
        let prompts = library
            .iter()
            .flat_map(Library::prompts)
            .map(|prompt| (prompt.name.clone(), prompt.template.variables.keys().cloned().collect()));
        Known {
            orders: orders.chain(verbs.map(str::to_owned)).collect(),
            branches: branches.collect(),
            prompts: prompts.collect(),
        }
    }
}
