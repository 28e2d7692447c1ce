//! How a command counts: by an encoding, or as the model does that it names.

use super::Error;
use crate::budget;
use crate::bundle;
use crate::catalog::{Catalog, Found, Match, Model};
use crate::content::Problem;
use crate::tokens::{Encoding, Tokenizer, Tokens};

/// What the answer is left where a model's window is the budget and nobody says more.
const RESERVE: Tokens = Tokens(8000);

/// How tokens are counted, and for which model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    /// How tokens are counted.
    pub tokenizer: Tokenizer,
    /// The model, if one is named.
    pub model: Option<Model>,
}

/// What a fit may take, in tokens as the model counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tokens there are, reserve included; all that is wanted when absent.
    pub budget: Option<Tokens>,
    /// Tokens of the budget kept free for the answer.
    pub reserve: Tokens,
}

impl Counting {
    /// By an encoding, for no model.
    pub fn by(encoding: Encoding) -> Self {
        Self { tokenizer: Tokenizer::Exact(encoding), model: None }
    }

    /// As `model` counts, unless `encoding` says otherwise; with what is worth saying about it.
    pub fn choose(catalog: &Catalog, model: Option<&str>, encoding: Option<Encoding>) -> (Self, Vec<Problem>) {
        let Some(name) = model else {
            return (Self::by(encoding.unwrap_or(Encoding::O200kBase)), Vec::new());
        };
        let Found { model, how } = catalog.find(name);
        let mut told = match how {
            Match::Named => Vec::new(),
            Match::Kin(id) => vec![Problem::note(name, format!("not in the catalog, taken for a kind of {id}"))],
            Match::Unknown { nearest } => {
                let nearest = nearest.map_or(String::new(), |id| format!("; there is {id}"));
                let assumed = format!("a window of {} tokens and {} are assumed", model.context, model.tokenizer);
                vec![Problem::warning(name, format!("not in the catalog: {assumed}{nearest}"))]
            }
        };
        let tokenizer = match encoding {
            Some(encoding) if Tokenizer::Exact(encoding) != model.tokenizer => {
                // Whoever has the model's tokenizer counts better than an estimate; nobody is told so.
                if encoding.is_additive() || model.tokenizer.scale().is_none() {
                    let flag = if encoding.is_additive() { "--encoding" } else { "--tokenizer" };
                    let own = &model.tokenizer;
                    let message = format!("counted by {encoding}, as {flag} says, not as the model ({own})");
                    told.push(Problem::note(name, message));
                }
                Tokenizer::Exact(encoding)
            }
            _ => model.tokenizer.clone(),
        };
        (Self { tokenizer, model: Some(model) }, told)
    }

    /// The limits of a fit: what was asked for, else what the model's window gives.
    ///
    /// A budget that is over what the model reads stands, with a warning, as a reserve without a budget falls.
    pub fn limits(&self, budget: Option<Tokens>, reserve: Option<Tokens>) -> (Limits, Option<Problem>) {
        let Some(model) = &self.model else {
            let idle = reserve.filter(|reserve| budget.is_none() && *reserve > Tokens(0));
            let idle = idle.map(|_| Problem::warning("--reserve", "nothing is kept free without a budget or a model"));
            return (Limits { budget, reserve: budget.and(reserve).unwrap_or_default() }, idle);
        };
        match budget {
            None => {
                let most = model.max_output.unwrap_or(RESERVE).min(RESERVE).min(Tokens(model.context.0 / 4));
                let reserve = reserve.unwrap_or(most);
                (Limits { budget: Some(model.usable(reserve) + reserve), reserve }, None)
            }
            Some(budget) => {
                let reserve = reserve.unwrap_or(Tokens(0));
                let (asked, usable) = (budget - reserve, model.usable(reserve));
                let over = (asked > usable).then(|| {
                    Problem::warning(&model.id, format!("the budget leaves {asked} tokens, the model reads {usable}"))
                });
                (Limits { budget: Some(budget), reserve }, over)
            }
        }
    }

    /// Refuses a fit of `counted` tokens that may be more than the model reads.
    pub(super) fn check_window(&self, counted: Tokens, reserve: Tokens) -> Result<(), Error> {
        let Some(model) = &self.model else { return Ok(()) };
        let usable = model.usable(reserve);
        let (_, most) = self.tokenizer.range(counted);
        if most <= usable {
            return Ok(());
        }
        let total = self.tokenizer.told(counted);
        Err(Error::OverWindow { model: model.id.clone(), total, most, usable, budget: usable + reserve })
    }

    /// What a bundle of the encoding's tokens may take so that the model's limits hold at the upper end.
    pub(super) fn request(&self, request: bundle::Request) -> Result<bundle::Request, Error> {
        let bundle::Request { budget, reserve, .. } = request;
        let encoding = self.tokenizer.encoding();
        if self.tokenizer.scale().is_none() {
            return Ok(bundle::Request { encoding, ..request });
        }
        if let Some(budget) = budget.filter(|budget| *budget <= reserve && reserve > Tokens(0)) {
            return Err(bundle::Error::Reserve { reserve, budget }.into());
        }
        let budget = budget.map(|budget| self.tokenizer.within(budget - reserve));
        Ok(bundle::Request { encoding, budget, reserve: Tokens(0), ..request })
    }

    /// A wish in the model's tokens as one in the encoding's.
    pub(super) fn policy(&self, policy: budget::Policy) -> budget::Policy {
        let Some(scale) = self.tokenizer.scale() else { return policy };
        let within = |tokens| scale.factor.within(tokens);
        budget::Policy { floor: within(policy.floor), ceiling: policy.ceiling.map(within), ..policy }
    }

    /// A refusal in the model's tokens, of which there were `capacity`.
    pub(super) fn refusal(&self, error: bundle::Error, limits: Limits) -> bundle::Error {
        let Some(scale) = self.tokenizer.scale() else { return error };
        let most = |tokens| scale.high.times(tokens);
        let capacity = limits.budget.unwrap_or(Tokens(u32::MAX)) - limits.reserve;
        match error {
            bundle::Error::Budget(budget::Error::Frame { needed, .. }) => {
                budget::Error::Frame { capacity, needed: most(needed) }.into()
            }
            bundle::Error::Budget(budget::Error::Reserved { needed, mut needs, .. }) => {
                for need in &mut needs {
                    need.tokens = most(need.tokens);
                }
                budget::Error::Reserved { capacity, needed: most(needed), needs }.into()
            }
            bundle::Error::TooLarge { entry, needed, .. } => {
                bundle::Error::TooLarge { entry, needed: most(needed) + limits.reserve, size: capacity }
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(model: &str) -> Counting {
        Counting::choose(&Catalog::built_in(), Some(model), None).0
    }

    #[test]
    fn a_window_is_a_budget_unless_one_is_named() {
        let check = |model, budget: Option<u32>, reserve: Option<u32>, expected: (u32, u32), warning: Option<&str>| {
            let (limits, told) = counting(model).limits(budget.map(Tokens), reserve.map(Tokens));
            let found = (limits.budget.unwrap_or_default().0, limits.reserve.0);
            let told = told.map(|problem| problem.message);
            assert_eq!((found, told.as_deref()), (expected, warning), "{model} {budget:?} {reserve:?}");
        };
        check("gpt-5", None, None, (280_000, 8000), None);
        check("gpt-5", None, Some(200_000), (400_000, 200_000), None);
        check("gpt-4o", None, None, (128_000, 8000), None);
        check("gpt-4", None, None, (8192, 2048), None);
        check("gpt-4", None, Some(0), (8192, 0), None);
        check("gpt-4", None, Some(9000), (9000, 9000), None);
        check("gpt-5", Some(32_000), None, (32_000, 0), None);
        check("gpt-5", Some(32_000), Some(2000), (32_000, 2000), None);
        let (limits, told) = Counting::choose(&Catalog::built_in(), None, None).0.limits(None, Some(Tokens(9)));
        assert_eq!((limits.reserve, told.is_some()), (Tokens(0), true));
        let over = "the budget leaves 499,000 tokens, the model reads 272,000";
        check("gpt-5", Some(500_000), Some(1000), (500_000, 1000), Some(over));
    }

    #[test]
    fn the_flag_wins_over_the_model_and_what_is_assumed_is_said() {
        let check = |model: &str, encoding: Option<Encoding>, expected: &str, told: &[&str]| {
            let (counting, problems) = Counting::choose(&Catalog::built_in(), Some(model), encoding);
            let problems: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
            assert_eq!((counting.tokenizer.to_string().as_str(), &problems[..]), (expected, told), "{model}");
        };
        check("gpt-5", None, "exact, o200k_base", &[]);
        check("gpt-5", Some(Encoding::O200kBase), "exact, o200k_base", &[]);
        let loser = "counted by cl100k_base, as --encoding says, not as the model (exact, o200k_base)";
        check("gpt-5", Some(Encoding::Cl100kBase), "exact, cl100k_base", &[loser]);
        let loser = "counted by o200k_base, as --encoding says, not as the model (o200k x 1.53)";
        check("claude-opus-5", Some(Encoding::O200kBase), "exact, o200k_base", &[loser]);
        check("gpt-5.5-pro", None, "exact, o200k_base", &["not in the catalog, taken for a kind of gpt-5.5"]);
        let assumed = "not in the catalog: a window of 32,000 tokens and o200k x 1.3 are assumed";
        check("claud-opus-5", None, "o200k x 1.3", &[&format!("{assumed}; there is claude-opus-5")]);
        check("mock", None, "o200k x 1.3", &[assumed]);
    }
}
