//! What naga says is wrong with code, for people: where in the code, and without its numbers of types and expressions.

use std::error::Error;

use wgpu::naga::common::wgsl::TypeContext;
use wgpu::naga::front::wgsl::ParseError;
use wgpu::naga::valid::{ExpressionError, FunctionError, ValidationError};
use wgpu::naga::{Block, Expression, Handle, Module, Span, Statement, TypeInner, WithSpan};

use crate::source::Source;

/// Where an error of the parser is.
pub(crate) fn first_span(error: &ParseError) -> Option<Span> {
    error.labels().next().map(|(span, _)| span)
}

/// What the parser has refused.
pub(crate) fn refused(source: &Source<'_>, error: &ParseError) -> String {
    source.wrong(first_span(error), error.message())
}

/// What the validator has refused.
pub(crate) fn invalid(source: &Source<'_>, module: &Module, error: &WithSpan<ValidationError>) -> String {
    let returned = match error.as_inner() {
        ValidationError::Function {
            handle,
            source: FunctionError::InvalidReturnType { expression: Some(value), .. },
            ..
        } => place_of_return(&module.functions[*handle].body, *value),
        _ => None,
    };
    // The last span is the nearest to the fault, but that of a value that is returned is where it was named.
    let nearest = error.spans().map(|(span, _)| *span).filter(|span| source.is_own(*span)).last();
    source.wrong(returned.or(nearest), &reason(module, error.as_inner()))
}

/// The statement that returns a value.
fn place_of_return(block: &Block, value: Handle<Expression>) -> Option<Span> {
    block.span_iter().find_map(|(statement, span)| match statement {
        Statement::Return { value: Some(returned) } => (*returned == value).then_some(*span),
        Statement::Block(block) => place_of_return(block, value),
        Statement::If { accept, reject, .. } => {
            [accept, reject].into_iter().find_map(|each| place_of_return(each, value))
        }
        Statement::Switch { cases, .. } => cases.iter().find_map(|case| place_of_return(&case.body, value)),
        Statement::Loop { body, continuing, .. } => {
            [body, continuing].into_iter().find_map(|each| place_of_return(each, value))
        }
        _ => None,
    })
}

fn reason(module: &Module, error: &ValidationError) -> String {
    let types = module.to_ctx();
    if let ValidationError::Function { source, .. } = error {
        match source {
            FunctionError::InvalidReturnType { expected_ty: Some(wanted), .. } => {
                return format!(
                    "what is returned is not of the type {}, as is declared",
                    types.type_to_string(*wanted)
                );
            }
            FunctionError::Expression {
                source: ExpressionError::InvalidBinaryOperandTypes { op, lhs_type, rhs_type, .. },
                ..
            } => {
                let name = |inner: &TypeInner| {
                    let mut text = String::new();
                    types.write_type_inner(inner, &mut text).map_or_else(|_| format!("{inner:?}"), |()| text)
                };
                return format!("the operation {op:?} does not take {} and {}", name(lhs_type), name(rhs_type));
            }
            _ => {}
        }
    }
    // What is outermost names functions and expressions by number.
    let mut inner: &dyn Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    without_handles(&inner.to_string())
}

/// Leaves out how naga numbers types and expressions: `[3]`, `Some([3])`.
fn without_handles(text: &str) -> String {
    let is_handle = |word: &&str| {
        let bare = word.strip_prefix("Some(").and_then(|word| word.strip_suffix(')')).unwrap_or(word);
        let digits = bare.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|each| each.is_ascii_digit()))
    };
    text.split(' ').filter(|word| !is_handle(word)).collect::<Vec<_>>().join(" ")
}
