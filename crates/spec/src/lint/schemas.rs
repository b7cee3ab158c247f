//! House rules for `components.schemas`: a component is an object, an open enum, an array, a map, or any JSON, and says what it
//! is.

use std::collections::HashSet;

use super::Reader;
use super::names::{Names, field, is_taken, variant};
use crate::model::{Component, Format, Plain, Primitive, Property, Shape, Sort, Word};
use crate::source::{Entry, Node, Value};

impl Reader<'_> {
    pub(super) fn components(&mut self) -> Vec<Component> {
        let components = self.document.members(&["components", "schemas"]).iter();
        let components = components.map(|component| self.component(component));
        let components: Vec<_> = components.collect();
        for component in &components {
            if is_endless(component, &components) {
                let text = format!(
                    "`{}` leads to itself by arrays and maps alone, as no Rust type can: refer to a component without type",
                    component.name
                );
                self.problem(component.at, text);
            }
        }
        components
    }

    /// Adds the component that stands inline in an operation, and so has a name that is made of the operation's.
    pub(super) fn inline(
        &mut self,
        component: Component,
        components: &mut Vec<Component>,
    ) -> usize {
        let name = &component.name;
        if components.iter().any(|known| known.name == *name) {
            let text = format!(
                "this becomes the type `{name}`, and there is one: make it a component, and refer to that"
            );
            self.problem(component.at, text);
        }
        components.push(component);
        components.len() - 1
    }

    fn component(&mut self, component: &Entry) -> Component {
        let Entry { at, key, node } = component;
        self.check_name(component);
        let has = |key| node.get(key).is_some();
        let sort = match (node.word("type"), has("properties"), has("enum")) {
            (Some("object"), true, false) => Sort::Object(self.object(node)),
            (Some("string"), false, true) => self.open_enum(node),
            (Some("array"), false, false) if has("items") => self.alias(key, node),
            (Some("object"), false, false) if has("additionalProperties") => self.alias(key, node),
            (None, false, false) if !has("nullable") && !has("items") => Sort::Any,
            _ => {
                let text = format!(
                    "`{key}` must be an object with properties, a map with additionalProperties, an array with items, a string with an enum, or, without a type, any JSON"
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

    fn alias(&mut self, key: &str, schema: &Node) -> Sort {
        self.check_null(schema);
        if let Some(Entry { at, .. }) = schema.entry("required") {
            self.problem(
                *at,
                "only an object with properties has `required`: remove it",
            );
        }
        self.shape(key, schema).map_or(Sort::Any, Sort::Alias)
    }

    fn check_null(&mut self, schema: &Node) {
        if schema.is("nullable") {
            let text = "a component that is null has no type: make the property that refers to it optional";
            self.problem(schema.place(&["nullable"]), text);
        }
    }

    fn object(&mut self, schema: &Node) -> Vec<Property> {
        self.check_null(schema);
        let open = schema.get("additionalProperties");
        let text = match open.map(|open| &open.value) {
            Some(Value::Flag(false)) => {
                Some("an answer with a new member would fail: remove it, services add members")
            }
            Some(Value::Map(_)) => {
                Some("a map has no properties: leave one of both out, or the type, for any JSON")
            }
            _ => None,
        };
        if let (Some(open), Some(text)) = (open, text) {
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
                None => self.inline_shape(property, required),
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

    fn inline_shape(&mut self, Entry { key, node, .. }: &Entry, required: bool) -> Option<Shape> {
        let shape = self.shape(key, node)?;
        let noun = match shape {
            Shape::Array(_) => "array",
            Shape::Map(_) => "map",
            Shape::Plain(_) | Shape::Component(_) => return Some(shape),
        };
        if !required && !node.is("nullable") {
            let text = format!(
                "`{key}` is an optional {noun}, and a null would fail the answer: add nullable: true"
            );
            self.problem(node.at, text);
        }
        Some(shape)
    }

    /// A plain value, or an array or a map of plain values or of components.
    pub(super) fn shape(&mut self, key: &str, node: &Node) -> Option<Shape> {
        let values = node.get("additionalProperties");
        if let Some(Entry { at, .. }) = node.entry("format")
            && node.get("items").or(values).is_some()
        {
            self.problem(*at, "`format` is of the items or values: write it there");
        }
        match (node.word("type"), node.get("items"), values) {
            (Some("array"), Some(items), None) => {
                Some(Shape::Array(Box::new(self.inner_shape(items)?)))
            }
            (Some("object"), None, Some(values)) if !values.entries().is_empty() => {
                Some(Shape::Map(Box::new(self.inner_shape(values)?)))
            }
            (_, _, Some(values)) => {
                let text = "`additionalProperties` has the schema of a map's values, beside type: object: write both, or refer to a component without type for any JSON";
                self.problem(values.at, text);
                None
            }
            (Some("array"), None, None) => {
                self.problem(node.at, format!("`{key}` needs `items`"));
                None
            }
            (_, Some(_), None) => {
                let text = format!("`{key}` has items but is no array: write type: array");
                self.problem(node.at, text);
                None
            }
            (_, None, None) => self.plain(node).map(Shape::Plain),
        }
    }

    fn inner_shape(&mut self, node: &Node) -> Option<Shape> {
        match node.get("$ref") {
            Some(_) => self.target(node).map(Shape::Component),
            None => self.plain(node).map(Shape::Plain),
        }
    }

    /// A value that is neither object nor array.
    pub(super) fn plain(&mut self, node: &Node) -> Option<Plain> {
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

    pub(super) fn open_enum(&mut self, schema: &Node) -> Sort {
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

/// Returns true if arrays and maps lead from a component back to itself, with no object in between.
fn is_endless(component: &Component, components: &[Component]) -> bool {
    let mut next = component;
    for _ in components {
        let Sort::Alias(shape) = &next.sort else {
            return false;
        };
        let Some(place) = shape.component() else {
            return false;
        };
        next = &components[place];
        if next.name == component.name {
            return true;
        }
    }
    false
}
