//! `import`: a file that came, verified as a whole and brought in.

use std::io::BufRead;

use crate::store::ObjectKind;
use crate::store::exchange::{self, Limits};
use crate::workspace::{Act, Error, Workspace};

/// How a file is taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// Who it is from, whatever the file says.
    pub from: Option<String>,
    /// The most that it may ask of this machine.
    pub limits: Limits,
}

/// What an import brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Who it is from.
    pub from: Option<String>,
    /// Objects in the file.
    pub n_objects: usize,
    /// Texts that the sender withheld and that are not here either.
    pub n_withheld: usize,
    /// Names in the file and what became of each.
    pub names: Vec<exchange::Imported>,
    /// Remarks that came along.
    pub n_remarks: usize,
    /// Remarks that stay out, since something else is said here.
    pub n_remarks_kept: usize,
}

impl Workspace {
    /// Verifies a `.forkful` file as a whole, then brings it in; `@` goes there if it was nowhere.
    ///
    /// A bundle whose text is not what its documents render to is refused like a wrong hash.
    pub fn import(&self, file: &mut impl BufRead, how: &Intake, act: &Act) -> Result<Imported, Error> {
        let mut package = exchange::read_beside(&self.store, file, &how.limits)?;
        self.check_bundles(&package.objects)?;
        let n_objects = package.objects.len();
        if how.from.is_some() {
            package.author.clone_from(&how.from);
        }
        let from = package.author.clone();
        let description = from.as_ref().map_or("import".to_owned(), |from| format!("import from {from}"));
        let stubs: Vec<_> = package.objects.ids(ObjectKind::Stub).collect();
        let exchange::Report { names, n_remarks, n_remarks_kept } =
            exchange::import(&self.store, &package, act.entry(description))?;
        let mut n_withheld = 0;
        for id in stubs {
            n_withheld += usize::from(self.store.is_withheld(id)?);
        }
        Ok(Imported { from, n_objects, n_withheld, names, n_remarks, n_remarks_kept })
    }
}
