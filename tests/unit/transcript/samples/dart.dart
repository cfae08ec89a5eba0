import 'dart:async';
import 'package:http/http.dart' as http;

/// A note with a title.
class Note {
  final String title;
  final int stars;
  const Note(this.title, {this.stars = 0});

  factory Note.fromJson(Map<String, dynamic> json) {
    return Note(json['title'] as String, stars: json["stars"] ?? 1);
  }

  @override
  String toString() => 'Note "$title" with ${stars * 2} stars\n';
}

/* Loads notes
   from a server. */
abstract class Loader {
  Future<List<Note>> load(Uri address);
}

class HttpLoader extends Loader {
  static const double timeout = 2.5;
  var _count = 0x00;

  @override
  Future<List<Note>> load(Uri address) async {
    final answer = await http.get(address);
    if (answer.statusCode != 200) {
      throw StateError('status ${answer.statusCode}');
    }
    _count++;
    return <Note>[for (final item in decode(answer.body)) Note.fromJson(item)];
  }
}

enum Size { small, large }

void main() async {
  final loader = HttpLoader();
  try {
    final notes = await loader.load(Uri.parse('http://localhost:8000/notes'));
    notes.where((note) => note.stars > 3).forEach(print); // only good ones
    final text = '''
      Dear reader,
      $notes
    ''';
    switch (notes.length) {
      case 0:
        print("nothing");
        break;
      default:
        print(text + r'C:\raw');
    }
  } on StateError catch (error) {
    print(error.message);
  } finally {
    bool done = true;
    print(done == false || null is Object);
  }
}
