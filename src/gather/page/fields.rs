//! Fields of a record that the page of a thing shows because its scripts read them there.
//!
//! Shops let sellers add fields to a thing, and their templates list them all: `retail_price_2: 15.00`,
//! or the address of a picture for each colour. People name what they want read in words.

use super::tree::{Id, Tree};

/// Marks the terms that programs gave a name to, and what is said under them.
pub(super) fn mark(tree: &Tree, elements: &[Id], gone: &mut [bool]) {
    for &id in elements.iter().filter(|id| tree.name(**id) == "dt") {
        if !is_field(&tree.text_of(id)) {
            continue;
        }
        gone[id] = true;
        let behind = std::iter::successors(tree.next(id), |at| tree.next(*at)).filter(|at| tree.is_element(*at));
        for said in behind.take_while(|at| tree.name(*at) == "dd") {
            gone[said] = true;
        }
    }
}

/// Whether the first word of a term is put together with `_`.
fn is_field(term: &str) -> bool {
    let word = term.split_whitespace().next().unwrap_or_default().trim_end_matches(':');
    word.contains('_') && word.split('_').all(|part| part.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn what_only_scripts_read_of_a_thing_goes() {
        let prose = "Words of a shop about a pear, of its taste and of its colour, as shops have them. ".repeat(4);
        let whole = format!("{}\n\n**Colour:**\n\ngreen", prose.trim());
        let colour = "<dt>Colour:</dt><dd>green</dd>";
        for (is_thing, fields, expected) in [
            (true, "<dt>short_name:</dt><dd>pear</dd><dd>conference</dd>", whole.clone()),
            (true, "<dt>thumb_Light green</dt> <dd>https://s.example/pear.jpg</dd>", whole.clone()),
            (true, "<dt>_</dt><dd>pear</dd>", format!("{whole}\n\n**_**\n\npear")),
            (false, "<dt>max_depth</dt><dd>ten</dd>", format!("{whole}\n\n**max_depth**\n\nten")),
        ] {
            let kind = if is_thing { "<meta property=og:type content=product>" } else { "" };
            let html = format!("<title>A pear</title>{kind}<main><p>{prose}</p><dl>{colour}{fields}</dl></main>");
            assert_eq!(read(&html).unwrap().main, expected, "{html}");
        }
    }
}
