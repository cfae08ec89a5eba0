#!/usr/bin/perl
use strict;
use warnings;

# Counts the words of the files named.
my %count;
my @files = @ARGV;
my $limit = 10;

sub clean {
    my ($word) = @_;
    $word =~ s/^\W+|\W+$//g;
    return lc $word;
}

foreach my $file (@files) {
    open(my $handle, '<', $file) or die "cannot open $file: $!\n";
    while (my $line = <$handle>) {
        chomp $line;
        next if $line =~ /^\s*#/;
        $count{clean($_)}++ for split ' ', $line;
    }
    close $handle;
}

=pod

Prints the words that were found,
the most frequent first.

=cut

my @sorted = sort { $count{$b} <=> $count{$a} } keys %count;
for my $word (@sorted[0 .. $limit - 1]) {
    last unless defined $word;
    printf "%-20s %d\n", $word, $count{$word};
}

my $ratio = 1.5e3 * 0xff;
my @names = qw(ada bo cy);
my $text = "names: @names, \"first\": $names[0]";
print $text, 'plain', "\n" if $ratio > 1000 && !exists $count{''};
unless (@names) {
    exit 1;
}
