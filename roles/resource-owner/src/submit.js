/* Sends the answer to the app as soon as it is there. A classic script, so that browsers without modules run it, too. */
document.forms.namedItem('answer').submit()
