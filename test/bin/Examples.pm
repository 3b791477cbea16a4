# Examples.pm: the examples in a document, for the tests that run them.
package Examples;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(examples same_text);

# The fenced blocks of a document in their order: language, body, line, and the
# "## " heading that they are under. A block marked "text" that follows another
# one is the output of that one.
sub examples
{
	my ($document) = @_;
	open(my $file, '<', $document) or die "cannot read $document: $!";
	my $content = do { local $/; <$file> };
	my ($heading, @blocks) = ('');
	while ($content =~ /^## ([^\n]*)$|^```(\w*)\n(.*?)^```$/msg)
	{
		my ($title, $language, $body) = ($1, $2, $3);
		if (defined $title)
		{
			$heading = $title;
		}
		elsif ($language eq 'text' && @blocks && !defined $blocks[-1]->{output})
		{
			$blocks[-1]->{output} = $body;
		}
		else
		{
			my $line = 1 + (substr($content, 0, $-[0]) =~ tr/\n//);
			push @blocks, { language => $language, body => $body, line => $line, heading => $heading };
		}
	}
	return @blocks;
}

# Equal but for blanks at the ends of lines, which editors and psql treat
# differently.
sub same_text
{
	my @texts = @_;
	foreach my $text (@texts)
	{
		$text =~ s/[ \t]+$//mg;
		$text =~ s/\n+\z/\n/;
	}
	return $texts[0] eq $texts[1];
}

1;
