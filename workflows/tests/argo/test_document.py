import yaml
from hypothesis import given
from hypothesis import strategies as st
from zelda_workflows.argo.document import Number, dump

VALUES = st.recursive(
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"])) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abc", min_size=1), VALUES))
def test_what_is_written_is_read_again(data):
    assert (yaml.safe_load(dump(data)) or {}) == data


def test_shared_data_is_written_out_each_time():
    shared = {"a": [1, 2]}
    assert "&" not in dump({"one": shared, "two": shared})


def test_a_number_stands_without_quotes_and_a_text_with_them():
    text = dump({"count": Number("{{workflow.parameters.n}}"), "name": "{{workflow.parameters.n}}"})
    assert text == "count: {{workflow.parameters.n}}\nname: '{{workflow.parameters.n}}'\n"


def test_lines_are_a_block_and_text_like_a_number_is_quoted():
    assert dump({"a": "x\ny\n"}) == "a: |\n  x\n  y\n"
    assert dump({"a": "8e3", "b": "y", "c": "0.0.0.0"}) == "a: '8e3'\nb: 'y'\nc: '0.0.0.0'\n"
