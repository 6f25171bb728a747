"""A sentence in every language that the window speaks."""

from dataclasses import dataclass

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in English and in Chinese."""

    en: str
    zh: str

    def filled(self, *values: object, **named: object) -> "Words":
        """The same with values put into both."""
        return Words(self.en.format(*values, **named), self.zh.format(*values, **named))

    def said(self, language: str) -> str:
        """In a language; in English where there is no such one."""
        return self.zh if language == "zh" else self.en
