//! House rules for bodies: what a request has, and what is answered.

use heck::ToPascalCase;

use super::Reader;
use super::names::field;
use super::parameters::taken;
use crate::model::{
    Component, Format, Model, Parameter, Plain, Primitive, RequestBody, Response, Shape, Sort,
    Statuses,
};
use crate::source::{Entry, Node};

const JSON: &str = "application/json";

impl Reader<'_> {
    pub(super) fn body(
        &mut self,
        method: &Entry,
        parameters: &[Parameter],
        components: &[Component],
    ) -> Option<RequestBody> {
        let Entry { at, node, .. } = method.node.entry("requestBody")?;
        if method.key != "post" {
            let text = format!("a {} has no body: leave `requestBody` out", method.key);
            self.problem(*at, text);
        }
        if !node.is("required") {
            let text = "a body that may be left out is not supported: write required: true";
            self.problem(node.place(&["required"]), text);
        }
        for parameter in parameters {
            if field(&parameter.name).as_deref() == Some("body") {
                self.problem(parameter.at, taken(&parameter.name));
            }
        }
        let schema = self.json(node, "a request's body")?;
        let component = self.target(schema);
        let is_object = |place: &usize| matches!(components[*place].sort, Sort::Object(_));
        let Some(component) = component.filter(is_object) else {
            let text = "a request's body must be a $ref to an object under components.schemas";
            self.problem(schema.at, text);
            return None;
        };
        Some(RequestBody {
            at: *at,
            description: node.word("description").map(str::to_owned),
            component,
        })
    }

    /// Refuses, in types that are sent, what would not come out as it is declared.
    pub(super) fn check_sent(&mut self, model: &Model) {
        const QUOTED: Plain = Plain {
            kind: Primitive::String,
            format: Format::Decimal,
        };
        for place in model.sent() {
            let Sort::Object(properties) = &model.components[place].sort else {
                continue;
            };
            for property in properties {
                if *property.shape.innermost() == Shape::Plain(QUOTED) {
                    let text = format!(
                        "`{}` is sent, and a decimal is sent as a number, not as a string: leave the format out",
                        property.name
                    );
                    self.problem(property.at, text);
                }
            }
        }
    }

    pub(super) fn responses(
        &mut self,
        id: &str,
        operation: &Node,
        components: &mut Vec<Component>,
    ) -> Vec<Response> {
        let listed = operation.members(&["responses"]).iter();
        let successes = listed.clone().filter(|it| it.key.starts_with('2'));
        match successes.collect::<Vec<_>>()[..] {
            [_] => {}
            [] => {
                let text = "no response is a success: add `200` with its schema";
                self.problem(operation.place(&["responses"]), text);
            }
            [_, second, ..] => {
                let text = "one operation has one success: keep the answer that the client reads";
                self.problem(second.at, text);
            }
        }
        let responses = listed.filter_map(|listed| self.response(id, listed, components));
        responses.collect()
    }

    fn response(
        &mut self,
        id: &str,
        Entry { at, key, node }: &Entry,
        components: &mut Vec<Component>,
    ) -> Option<Response> {
        let statuses = Statuses::read(key);
        if statuses.is_none() {
            self.problem(*at, format!("`{key}` is no status of an answer: use 200 to 599, 4XX, 5XX or default, and name a success"));
        }
        let node = self.document.resolve(node);
        let content = node.members(&["content"]).iter();
        let mut json = content.clone().filter(|it| it.key == JSON);
        let body = match statuses.filter(|statuses| statuses.is_success()) {
            Some(_) => self.success(id, key, node, components),
            None => json.find_map(|json| self.target(json.node.get("schema")?)),
        };
        Some(Response {
            at: *at,
            statuses: statuses?,
            media_types: content.map(|it| it.key.to_lowercase()).collect(),
            body,
        })
    }

    /// The component that a success is; none where it has no content.
    fn success(
        &mut self,
        id: &str,
        status: &str,
        response: &Node,
        components: &mut Vec<Component>,
    ) -> Option<usize> {
        let content = response.entry("content")?;
        if matches!(status, "204" | "205") {
            let text = format!("a {status} has no content: leave it out, or write 200");
            self.problem(content.at, text);
            return None;
        }
        let schema = self.json(response, "a success")?;
        if schema.word("type") == Some("array") {
            let shape = self.shape("a success", schema)?;
            let component = Component {
                at: schema.at,
                name: format!("{id}_response").to_pascal_case(),
                description: response.string(&["description"]),
                sort: Sort::Alias(shape),
            };
            return Some(self.inline(component, components));
        }
        let body = self.target(schema);
        if body.is_none_or(|body| matches!(components[body].sort, Sort::Enum { .. })) {
            let text = "a success must be a $ref to an object, an array or a map under components.schemas, or to a component without type for any JSON";
            self.problem(schema.at, text);
        }
        body
    }

    /// The schema of the one content that there may be.
    fn json<'n>(&mut self, holder: &'n Node, noun: &str) -> Option<&'n Node> {
        let content = holder.members(&["content"]);
        let [media] = content else {
            let at = content.get(1).map_or(holder.at, |second| second.at);
            self.problem(at, format!("{noun} has exactly one content: {JSON}"));
            return None;
        };
        if media.key != JSON {
            self.problem(media.at, format!("{noun} is JSON: write {JSON}"));
            return None;
        }
        media.node.get("schema")
    }
}
