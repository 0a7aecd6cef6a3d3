import json

from voxpod_demo.watching import objects_of


def test_objects_that_kubectl_prints_one_after_another_come_apart() -> None:
    things = [{"a": {"b": [1, {"c": "}"}]}}, {"text": "line one\n}\nline three"}, {"d": 2}]
    stream = "".join(json.dumps(one, indent=4) + "\n" for one in things)
    assert list(objects_of(stream.splitlines(keepends=True))) == things


def test_half_an_object_at_the_end_is_left_out() -> None:
    assert list(objects_of(["{\n", '    "a": 1\n', "}\n", "{\n", '    "b"'])) == [{"a": 1}]
