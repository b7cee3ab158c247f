//! A surface as text, for people to review and for a file to compare with.

use std::fmt;

use super::{Field, Form, Operation, Surface, Type};

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, Operation { arguments, answer }) in &self.operations {
            let arguments = arguments
                .iter()
                .map(|(name, rust)| format!("{name}: {rust}"));
            let arguments: Vec<String> = arguments.collect();
            writeln!(f, "fn {name}({}) -> {answer}", arguments.join(", "))?;
        }
        for (name, constant) in &self.constants {
            writeln!(f, "const {name} = {}", constant.value)?;
        }
        self.types
            .iter()
            .try_for_each(|(name, made)| write_type(f, name, made))
    }
}

fn write_type(f: &mut fmt::Formatter<'_>, name: &str, made: &Type) -> fmt::Result {
    let mut marks: Vec<&str> = Vec::new();
    marks.extend(made.is_non_exhaustive.then_some("non_exhaustive"));
    marks.extend(made.serde.iter().map(String::as_str));
    let told = |name: &&str| matches!(*name, "Default" | "Copy" | "Eq" | "Hash" | "Ord");
    marks.extend(made.traits.iter().map(String::as_str).filter(told));
    let marks = match marks.is_empty() {
        true => String::new(),
        false => format!(" [{}]", marks.join(", ")),
    };
    match &made.form {
        Form::Struct(fields) => {
            writeln!(f, "\nstruct {name}{marks}")?;
            fields.iter().try_for_each(|field| write_field(f, field))
        }
        Form::Wrapper(rust) => writeln!(f, "\nstruct {name}({rust}){marks}"),
        Form::Enum { variants, is_open } => {
            let open = if *is_open { " and any other word" } else { "" };
            writeln!(f, "\nenum {name}{open}{marks}")?;
            variants.iter().try_for_each(|variant| {
                let payload = match variant.payload.as_str() {
                    "" => String::new(),
                    payload => format!("({payload})"),
                };
                writeln!(f, "    {}{payload} = {:?}", variant.name, variant.word)
            })
        }
    }
}

fn write_field(f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
    let Field {
        name,
        rust,
        member,
        serde,
    } = field;
    write!(f, "    {name}: {rust}")?;
    if member != name {
        write!(f, " = {member:?}")?;
    }
    let serde: Vec<&str> = serde.iter().map(String::as_str).collect();
    match serde.is_empty() {
        true => writeln!(f),
        false => writeln!(f, " [{}]", serde.join(", ")),
    }
}
