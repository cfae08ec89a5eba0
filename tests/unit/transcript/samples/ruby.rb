# frozen_string_literal: true

require "json"
require_relative 'store'

=begin
A queue of mails,
kept in a file.
=end
module Mail
  class Queue
    include Enumerable

    LIMIT = 1_000
    attr_reader :path, :size

    def initialize(path, retries: 3, &block)
      @path = path
      @retries = retries
      @@count = 0
      @letters = block_given? ? block.call : []
    end

    def each
      return enum_for(:each) unless block_given?

      @letters.each { |letter| yield letter if letter.valid? }
    end

    def push(letter)
      raise ArgumentError, "no address in #{letter.inspect}\n" if letter.to.nil?

      @letters << letter
      self
    end

    # Writes everything to the disk.
    def save!
      File.open(@path, 'w') do |file|
        file.puts(JSON.pretty_generate(letters: map(&:to_h), at: Time.now.to_f * 1.5))
      end
    rescue Errno::ENOENT => error
      warn "cannot write: #{error.message}"
      false
    ensure
      $stderr.flush
    end

    def self.load(path)
      text = File.read(path)
      new(path) { JSON.parse(text, symbolize_names: true)[:letters] }
    end
  end
end

names = %w[ada bo cy]
text = <<~TEXT
  Dear #{names.first},
  nothing new.
TEXT
puts text if text =~ /dear\s+\w+/i && !names.empty?
case names.size
when 0 then puts 'nobody'
when 1..3 then puts "few: #{names.join(', ')}"
else puts :many
end
