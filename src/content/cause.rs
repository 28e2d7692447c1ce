//! Why something went wrong, down to the bottom.

use std::error::Error;

/// The error with its causes, outermost first.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut said = text.clone();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        // A database says its error a second time, with a number before it.
        if !(told.starts_with("Error code ") && told.ends_with(said.as_str())) {
            text += &format!(": {told}");
        }
        said = told;
        cause = error.source();
    }
    text
}
