//! House rules for `components.schemas`: a component is an object, an open enum, or any JSON, and says what it is.

use std::collections::HashSet;

use super::Reader;
use super::names::{Names, field, is_taken, variant};
use crate::model::{Component, Format, Plain, Primitive, Property, Shape, Sort, Word};
use crate::source::{Entry, Node, Value};

impl Reader<'_> {
    pub(super) fn components(&mut self) -> Vec<Component> {
        let components = self.document.members(&["components", "schemas"]).iter();
        components
            .map(|component| self.component(component))
            .collect()
    }

    fn component(&mut self, component: &Entry) -> Component {
        let Entry { at, key, node } = component;
        self.check_name(component);
        let has = |key| node.get(key).is_some();
        let sort = match (node.word("type"), has("properties"), has("enum")) {
            (Some("object"), true, false) => Sort::Object(self.object(node)),
            (Some("string"), false, true) => self.open_enum(node),
            (None, false, false) if !has("nullable") => Sort::Any,
            _ => {
                let text = format!(
                    "`{key}` must be an object with properties, a string with an enum, or, without a type, any JSON"
                );
                self.problem(node.at, text);
                Sort::Any
            }
        };
        Component {
            at: *at,
            name: key.clone(),
            description: node.string(&["description"]),
            sort,
        }
    }

    fn check_name(&mut self, Entry { at, key, .. }: &Entry) {
        let answered = key.strip_suffix("Body");
        let answered = answered.filter(|name| self.position(name).is_some());
        let text = match variant(key) {
            Some(name) if name != *key => {
                format!("`{key}` names a Rust type: write it as `{name}`")
            }
            None => format!(
                "`{key}` names a Rust type: write it with letters from A to Z and digits, the first a capital letter"
            ),
            _ if is_taken(key) => {
                format!("a type called `{key}` clashes with generated code: choose another name")
            }
            _ => match answered {
                Some(name) => format!(
                    "`{key}` clashes with the generated type of an answer with a `{name}`: choose another name"
                ),
                None => return,
            },
        };
        self.problem(*at, text);
    }

    fn object(&mut self, schema: &Node) -> Vec<Property> {
        if schema.is("nullable") {
            let text = "a component that is null has no type: make the property that refers to it optional";
            self.problem(schema.place(&["nullable"]), text);
        }
        if let Some(open) = schema.get("additionalProperties")
            && matches!(open.value, Value::Flag(false))
        {
            let text = "an answer with a new member would fail: remove it, services add members";
            self.problem(open.at, text);
        }
        let properties = schema.members(&["properties"]);
        if properties.is_empty() {
            let text =
                "an object without properties: name them, or leave the type out for any JSON";
            self.problem(schema.at, text);
        }
        let mut required = HashSet::new();
        for node in schema.list("required") {
            let name = node.text().unwrap_or_default();
            if schema.at_path(&["properties", name]).is_none() {
                let text = format!(
                    "`{name}` is required but is no property: declare it or correct the name"
                );
                self.problem(node.at, text);
            }
            required.insert(name);
        }
        self.check_fields(properties);
        let properties = properties.iter().filter_map(|property| {
            let is_required = required.contains(property.key.as_str());
            self.property(property, is_required)
        });
        properties.collect()
    }

    /// Two properties, or a property and another's alias, must not come down to one field or one member.
    fn check_fields(&mut self, properties: &[Entry]) {
        let mut fields = Names::new("field", "keep one, with the other under its x-aliases");
        for Entry { at, key, .. } in properties {
            match field(key) {
                Some(field) => self.problems.extend(fields.add(*at, key, field)),
                None => self.problem(*at, format!("`{key}` makes no Rust field: a name needs a letter first, and none but a to z; else leave it out, `Reply::bytes` has it all the same")),
            }
        }
        let names = properties.iter().map(|property| property.key.as_str());
        let mut members: HashSet<&str> = names.collect();
        for alias in properties.iter().flat_map(|it| it.node.list("x-aliases")) {
            let name = alias.text().unwrap_or_default();
            if name.is_empty() || !members.insert(name) {
                let text = format!("the alias `{name}` is another member's name: remove it");
                self.problem(alias.at, text);
            }
        }
    }

    fn property(&mut self, property: &Entry, required: bool) -> Option<Property> {
        let Entry { at, key, node } = property;
        let aliases = node.list("x-aliases").iter().filter_map(Node::text);
        Some(Property {
            at: *at,
            name: key.clone(),
            aliases: aliases.map(str::to_owned).collect(),
            required,
            nullable: node.is("nullable"),
            description: node.string(&["description"]),
            shape: match node.get("allOf") {
                Some(all_of) => self.reference(property, all_of, required),
                None => self.shape(property, required),
            }?,
        })
    }

    fn reference(&mut self, of: &Entry, all_of: &Node, required: bool) -> Option<Shape> {
        let Entry { key, node, .. } = of;
        let [reference] = all_of.items() else {
            let text = format!("`{key}` refers to exactly one component: allOf: [{{$ref: ...}}]");
            self.problem(all_of.at, text);
            return None;
        };
        let beside = ["type", "format", "items"];
        let mut members = node.entries().iter();
        if let Some(Entry { at, key, .. }) = members.find(|it| beside.contains(&it.key.as_str())) {
            self.problem(*at, format!("`{key}` beside allOf is ignored: remove it"));
        }
        if required && self.document.resolve(reference).is("nullable") {
            let text = format!(
                "`{key}` is required and can be null, which its type cannot: do not require it"
            );
            self.problem(node.at, text);
        }
        if let Some(nullable) = node.entry("nullable") {
            let text = "`nullable` beside allOf means nothing in 3.0: leave the property optional, an optional one may be null";
            self.problem(nullable.at, text);
        }
        self.target(reference).map(Shape::Component)
    }

    fn shape(&mut self, Entry { key, node, .. }: &Entry, required: bool) -> Option<Shape> {
        let is_array = node.word("type") == Some("array");
        let Some(items) = node.get("items") else {
            if is_array {
                self.problem(node.at, format!("`{key}` needs `items`"));
                return None;
            }
            return self.plain(node).map(Shape::Plain);
        };
        if !is_array {
            let text = format!("`{key}` has items but is no array: write type: array");
            self.problem(node.at, text);
        } else if !required && !node.is("nullable") {
            let text = format!(
                "`{key}` is an optional array, and a null would fail the answer: add nullable: true"
            );
            self.problem(node.at, text);
        }
        let shape = match items.get("$ref") {
            Some(_) => Shape::Component(self.target(items)?),
            None => Shape::Plain(self.plain(items)?),
        };
        Some(Shape::Array(Box::new(shape)))
    }

    /// A value that is neither object nor array.
    fn plain(&mut self, node: &Node) -> Option<Plain> {
        let word = node.word("type").unwrap_or_default();
        let (kind, format) = (Primitive::named(word), node.word("format"));
        let known = format.map_or(Some(Format::None), Format::named);
        if let (Some(kind), Some(format)) = (kind, known)
            && format.suits(kind)
        {
            return Some(Plain { kind, format });
        }
        let text = match (kind, format) {
            (Some(_), None) => {
                "a number without format would lose digits: add format: decimal".to_owned()
            }
            (Some(kind), Some(format)) => {
                let known = Format::ALL.into_iter().filter(|(it, ..)| it.suits(kind));
                let known = known.map(|(_, name, _)| name).collect::<Vec<_>>().join(", ");
                format!("a {word} has no format `{format}`, it would be ignored: leave it out, or use one of: {known}")
            }
            (None, _) if word == "object" => "what stands inline gets a name nobody chose: make it a component, or refer to one without type for any JSON".to_owned(),
            (None, _) if word.is_empty() => "this has neither a type nor a reference: add one".to_owned(),
            (None, _) => format!("`{word}` cannot stand here: use string, number, integer or boolean, or refer to a component"),
        };
        let culprit = if format.is_some() { "format" } else { "type" };
        self.problem(node.place(&[culprit]), text);
        None
    }

    fn open_enum(&mut self, schema: &Node) -> Sort {
        let nullable = schema.is("nullable");
        let advice = "leave one out, an unlisted word is kept as it came";
        let mut variants = Names::new("variant", advice);
        let mut words = Vec::new();
        let listed = schema.list("enum");
        for node in listed {
            let at = node.at;
            let Some(text) = node.text() else {
                if !nullable {
                    let text = "null is no word of this enum: quote it, or add nullable: true";
                    self.problem(at, text);
                }
                continue;
            };
            match variant(text).filter(|variant| !is_taken(variant)) {
                Some(variant) => self.problems.extend(variants.add(at, text, variant)),
                None => self.problem(at, format!("`{text}` makes no Rust variant: leave it out, an unlisted word is kept as it came")),
            }
            let text = text.to_owned();
            words.push(Word { at, text });
        }
        if listed.is_empty() {
            let text = "an enum without words: list them, or use type: string in the property";
            self.problem(schema.place(&["enum"]), text);
        }
        let wrong = ["required", "additionalProperties"];
        if let Some(Entry { at, key, .. }) = wrong.iter().find_map(|key| schema.entry(key)) {
            self.problem(*at, format!("an enum has no `{key}`: remove it"));
        }
        Sort::Enum { words, nullable }
    }

    /// The place among the components of the one that a reference is to.
    pub(super) fn target(&self, reference: &Node) -> Option<usize> {
        self.position(reference.word("$ref")?.rsplit('/').next()?)
    }

    fn position(&self, component: &str) -> Option<usize> {
        let components = self.document.at_path(&["components", "schemas"])?;
        components.position(component)
    }
}
